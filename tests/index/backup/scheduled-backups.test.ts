import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { scheduleBackups } from "../../../src/index/backup/scheduled-backups.ts";
import { Metrics } from "../../../src/metrics.ts";
import { backedUpStore, restored } from "../../support/backups.ts";
import { deferred } from "../../support/deferred.ts";
import { posterOf } from "../../support/posters.ts";
import { tempDir } from "../../support/temp-dir.ts";

/** Backups whose time comes when the test says so. */
function scheduled(archiveDir = tempDir()) {
  const { store, deps } = backedUpStore(tempDir(), archiveDir);
  const rests: (() => void)[] = [];
  let resting = deferred<void>();
  const pause = async (_: number, signal: AbortSignal) => {
    const over = deferred<void>();
    signal.addEventListener("abort", () => over.resolve());
    rests.push(() => over.resolve());
    resting.resolve();
    await over.promise;
  };
  const metrics = new Metrics();
  const log = pino({ level: "silent" });
  const backups = scheduleBackups({ ...deps, log }, { everyMs: 3_600_000, keepDays: null, pause, meter: metrics });
  onTestFinished(() => backups.close());
  /** Until the backup that is due is taken. */
  const taken = async () => {
    await resting.promise;
    resting = deferred<void>();
  };
  const comes = async () => {
    rests.pop()?.();
    await taken();
  };
  return { store, metrics, backups, archiveDir, taken, comes };
}

test("are taken at the start and from then on at their times, and told with the time of the last", async () => {
  const { store, backups, metrics, archiveDir, taken, comes } = scheduled();
  await taken();
  const first = backups.facts();
  expect(first).toMatchObject({ everyMs: 3_600_000, failure: null });
  await store.add(posterOf(1));
  await comes();
  expect(backups.facts().lastAt).toBeGreaterThan(first.lastAt ?? Number.POSITIVE_INFINITY);
  expect((await restored(archiveDir, null)).report).toMatchObject({ posters: 1 });
  expect(await metrics.text()).toContain('opfind_backups_total{outcome="ok"} 2');
});

test("that fail are told and counted, and the next one is tried all the same", async () => {
  const archiveDir = join(tempDir(), "archive");
  writeFileSync(archiveDir, "a file where a folder should be");
  const { backups, metrics, taken, comes } = scheduled(archiveDir);
  await taken();
  expect(backups.facts()).toMatchObject({ lastAt: null, failure: "store-broken" });
  rmSync(archiveDir);
  await comes();
  expect(backups.facts()).toMatchObject({ failure: null });
  const page = await metrics.text();
  expect(page).toContain('opfind_backups_total{outcome="store-broken"} 1');
  expect(page).toMatch(/opfind_backup_last_success_timestamp_seconds 1767/);
});

test("end with the process", async () => {
  const { backups, taken } = scheduled();
  await taken();
  await backups.close();
});
