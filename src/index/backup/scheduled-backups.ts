import { type ErrorCode, OpfindError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { BackupDeps } from "./backup-deps.ts";
import { type Repeating, repeatBackups } from "./repeat-backups.ts";
import type { BackupReport } from "./take-backup.ts";

/** How the backups stand that a process takes by itself. */
export interface BackupFacts {
  readonly everyMs: number;
  /** milliseconds since the epoch, of the last one that was complete; null before the first */
  readonly lastAt: number | null;
  /** why the newest one failed; null when it did not */
  readonly failure: ErrorCode | null;
}

interface Schedule extends Pick<Repeating, "everyMs" | "keepDays" | "pause"> {
  /** counts */
  readonly meter: { backedUp(outcome: "ok" | ErrorCode, at: number): void };
}

export interface ScheduledBackups {
  facts(): BackupFacts;
  /** Stops. One that is under way is given up; the next goes on from there. */
  close(): Promise<void>;
}

type Deps = Omit<BackupDeps, "log" | "onProgress"> & { readonly log: Logger };

/** Takes a backup now and from then on regularly; several processes with one archive take turns. */
export function scheduleBackups(deps: Deps, { meter, everyMs, keepDays, pause }: Schedule): ScheduledBackups {
  const { clock, log } = deps;
  const stopping = new AbortController();
  let facts: BackupFacts = { everyMs, lastAt: null, failure: null };
  const onFailure = (failure: OpfindError) => {
    facts = { ...facts, failure: failure.code };
    meter.backedUp(failure.code, clock.now());
    log.error({ err: failure }, "a backup failed; the next one is tried all the same");
  };
  const onReport = ({ unreadable: [lost] }: BackupReport) => {
    if (lost !== undefined) {
      return onFailure(new OpfindError("backup-broken", `The backup lacks pictures of the gallery, such as ${lost}.`));
    }
    facts = { everyMs, lastAt: clock.now(), failure: null };
    meter.backedUp("ok", clock.now());
  };
  const wish = { isFull: false, everyMs, keepDays, pause, onReport, onFailure };
  const repeating = repeatBackups({ ...deps, onProgress: () => {} }, wish, stopping.signal).catch((bug: unknown) => {
    facts = { ...facts, failure: "internal" };
    log.error({ err: bug }, "backups have ended unexpectedly");
  });
  return {
    facts: () => facts,
    async close() {
      stopping.abort();
      await repeating;
    },
  };
}
