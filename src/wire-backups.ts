import { setTimeout as sleep } from "node:timers/promises";
import { type ScheduledBackups, scheduleBackups } from "./index/backup/scheduled-backups.ts";
import { type BackupReport, takeBackup } from "./index/backup/take-backup.ts";
import type { Metrics } from "./metrics.ts";
import { clock, type WireContext } from "./wire-sources.ts";

// The part of the composition root for backups that processes take which stay.

type Context = Pick<WireContext, "config" | "log">;

/** Backups at their times, where OPFIND_BACKUP_EVERY asks for them. */
export function openScheduledBackups(context: Context, meter: Metrics): ScheduledBackups | null {
  const { config, log } = context;
  const { OPFIND_BACKUP_EVERY: everyMs, OPFIND_BACKUP_KEEP_DAYS: keepDays = null } = config.env;
  if (everyMs === undefined) return null;
  const { dataDir, backupDir: archiveDir } = config;
  return scheduleBackups({ dataDir, archiveDir, clock, log }, { everyMs, keepDays, pause, meter });
}

/** A backup at once, into the same archive. */
export function openBackup({ config, log }: Context): (signal: AbortSignal) => Promise<BackupReport> {
  const { dataDir, backupDir: archiveDir, env } = config;
  const wish = { isFull: false, keepDays: env.OPFIND_BACKUP_KEEP_DAYS ?? null };
  return (signal) => takeBackup({ dataDir, archiveDir, clock, log, onProgress: () => {} }, wish, signal);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Being woken by the stop is how this ends.
  await sleep(ms, undefined, { signal }).catch(() => {});
}
