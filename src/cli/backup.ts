import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import type { Config } from "../config.ts";
import { OpfindError } from "../errors.ts";
import type { BackupDeps } from "../index/backup/backup-deps.ts";
import { repeatBackups } from "../index/backup/repeat-backups.ts";
import { type BackupOptions, type BackupReport, endBackups, takeBackup } from "../index/backup/take-backup.ts";
import { type ArchiveReport, verifyBackup } from "../index/backup/verify-backup.ts";
import type { Clock } from "../pipeline/ports.ts";
import { presentFailure } from "../presenters/failure.ts";
import { openStages } from "./stages.ts";
import type { VerbContext } from "./verb.ts";

interface Options {
  readonly out?: string;
  readonly full?: true;
  readonly keepDays?: number;
  readonly every?: number;
  readonly json?: true;
}

/** `opfind backup [verify|stop]`: the posters, so that any moment can be brought back. */
export function backupVerb(context: VerbContext, { clock }: { readonly clock: Clock }): Command {
  const backup = new Command("backup")
    .description("Backs the posters up: the first time all of them, then every change since.")
    .option("--out <dir>", "where to (default: OPFIND_BACKUP_DIR)")
    .option("--full", "copy everything again; restoring is quicker from here on")
    .option(
      "--keep-days <days>",
      "delete what no moment of so many days needs (default: OPFIND_BACKUP_KEEP_DAYS)",
      wholeNumber,
    )
    .option("--every <minutes>", "go on until it is stopped", wholeNumber)
    .option("--json", "one JSON object per backup")
    .action((options: Options) => back(context, clock, options));
  backup
    .command("verify")
    .description("read every piece and every picture, and say which moments can be brought back")
    .argument("[dir]", "the folder of the backups (default: OPFIND_BACKUP_DIR)")
    .option("--json", "one JSON object")
    .action((dir: string | undefined, { json }: Options) =>
      verify(context, backupDir(context.config, dir), json === true),
    );
  backup
    .command("stop")
    .description("no longer log changes for the next backup; what is backed up stays")
    .action(() => {
      endBackups(context.config.dataDir);
      context.output.line("changes are no longer logged; the next backup copies everything");
    });
  return backup;
}

/** The folder of the backups: the one that is asked for, or the configured one. */
export function backupDir(config: Config, asked: string | undefined): string {
  return asked === undefined ? config.backupDir : resolve(asked);
}

async function back(context: VerbContext, clock: Clock, options: Options): Promise<void> {
  const { output, config, log, signal } = context;
  const stages = openStages(output);
  const archiveDir = backupDir(config, options.out);
  const deps: BackupDeps = { dataDir: config.dataDir, archiveDir, clock, log, onProgress: stages.update };
  const wish: BackupOptions = {
    isFull: options.full === true,
    keepDays: options.keepDays ?? config.env.OPFIND_BACKUP_KEEP_DAYS ?? null,
  };
  const onReport = (report: BackupReport) => {
    stages.stop();
    if (options.json) output.json(report);
    else for (const line of describe(report, archiveDir)) output.line(line);
  };
  if (options.every !== undefined) {
    const onFailure = (failure: OpfindError) => output.note(presentFailure(failure));
    await repeatBackups(deps, { ...wish, everyMs: options.every * 60_000, pause, onReport, onFailure }, signal);
    return;
  }
  const report = await takeBackup(deps, wish, signal).finally(stages.stop);
  onReport(report);
  const [example] = report.unreadable;
  if (example === undefined) return;
  const message = `The backup lacks ${report.unreadable.length} pictures that are missing or damaged in the gallery, for example ${example}.`;
  throw new OpfindError("backup-broken", message);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Being woken by the stop is how this ends.
  await sleep(ms, undefined, { signal }).catch(() => {});
}

function describe(
  { kind, position, changes, images, bytes, deleted }: BackupReport,
  archiveDir: string,
): readonly string[] {
  const size = `${images} new pictures, ${(bytes / 1e6).toFixed(1)} MB`;
  const told = {
    base: `the poster store is backed up up to change ${position}: ${size}, in ${archiveDir}`,
    changes: `${changes} changes are backed up, up to change ${position}: ${size}, in ${archiveDir}`,
    nothing: `nothing changed since change ${position}, in ${archiveDir}`,
  };
  return [told[kind], ...(deleted > 0 ? [`${deleted} outdated pieces and pictures were deleted`] : [])];
}

async function verify({ output, signal }: VerbContext, archiveDir: string, isJson: boolean): Promise<void> {
  const stages = openStages(output);
  const report = await verifyBackup({ archiveDir, onProgress: stages.update }, signal).finally(stages.stop);
  if (isJson) output.json(report);
  else for (const line of tell(report)) output.line(line);
  if (report.isSound) return;
  throw new OpfindError("backup-broken", `The backup in ${archiveDir} is damaged: ${report.problems.length} problems.`);
}

function tell({ pieces, bytes, images, reachable, problems }: ArchiveReport): readonly string[] {
  return [
    `${pieces} pieces, ${(bytes / 1e6).toFixed(1)} MB, and ${images} pictures`,
    ...reachable.map(
      ({ from, to, positions }) => `every moment from ${from} to ${to} (changes ${positions.join(" to ")})`,
    ),
    ...problems.map((problem) => `damaged: ${problem}`),
  ];
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError("It must be a whole number above 0.");
  return number;
}
