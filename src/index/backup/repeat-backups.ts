import { OpfindError } from "../../errors.ts";
import type { BackupDeps } from "./backup-deps.ts";
import { type BackupOptions, type BackupReport, takeBackup } from "./take-backup.ts";

export interface Repeating extends BackupOptions {
  readonly everyMs: number;
  /** waits; ends early when the signal is aborted */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onReport: (report: BackupReport) => void;
  /** a backup that failed; the next one is tried all the same */
  readonly onFailure: (failure: OpfindError) => void;
}

/** Takes backups until it is stopped. One that fails harms nothing: the log of changes keeps what is not archived. */
export async function repeatBackups(deps: BackupDeps, options: Repeating, signal: AbortSignal): Promise<void> {
  const { everyMs, pause, onReport, onFailure } = options;
  for (let isFull = options.isFull; !signal.aborted; isFull = false) {
    try {
      onReport(await takeBackup(deps, { isFull, keepDays: options.keepDays }, signal));
    } catch (error) {
      if (!(error instanceof OpfindError)) throw error;
      if (error.code !== "aborted") onFailure(error);
    }
    await pause(everyMs, signal);
  }
}
