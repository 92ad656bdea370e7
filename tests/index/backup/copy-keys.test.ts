import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { verifyBackup } from "../../../src/index/backup/verify-backup.ts";
import { openKeyStore } from "../../../src/index/key-store.ts";
import { atChange, backedUpStore, position, restored, restoreInto } from "../../support/backups.ts";
import { posterOf, stillClock } from "../../support/posters.ts";
import { tempDir } from "../../support/temp-dir.ts";

function keysOf(dataDir: string) {
  const keys = openKeyStore({ dataDir, clock: stillClock() });
  onTestFinished(() => keys.close());
  return keys;
}

test("API keys come back with a restore; one that is revoked since stays revoked at every moment", async () => {
  const { store, dataDir, archiveDir, back } = backedUpStore();
  const keys = keysOf(dataDir);
  const [kept, revoked] = [keys.create("kept", "read"), keys.create("revoked", "admin")];
  await back();
  await store.add(posterOf(1));
  await back();
  const before = position(dataDir);
  keys.revoke(revoked.keyId);
  expect(await back()).toMatchObject({ kind: "nothing" });
  const { dataDir: elsewhere, report } = await restored(archiveDir, atChange(before));
  expect(report.hasKeys).toBe(true);
  const found = keysOf(elsewhere);
  expect(found.find(kept.secret)).toMatchObject({ name: "kept" });
  expect(found.find(revoked.secret)).toBeNull();
  expect(readdirSync(join(archiveDir, "keys"))).toHaveLength(1);
});

test("a backup without a service has no keys, and a restore leaves keys that are there alone", async () => {
  const [plain, served] = [backedUpStore(), backedUpStore()];
  await plain.back();
  expect((await restored(plain.archiveDir, null)).report.hasKeys).toBe(false);
  keysOf(served.dataDir).create("theirs", "read");
  await served.back();
  const target = tempDir();
  const { secret } = keysOf(target).create("ours", "read");
  expect((await restoreInto(target, served.archiveDir)).hasKeys).toBe(false);
  expect(keysOf(target).find(secret)).toMatchObject({ name: "ours" });
});

test("keys that do not change are copied once; a damaged copy is told, and the posters come back without it", async () => {
  const { dataDir, archiveDir, back } = backedUpStore();
  keysOf(dataDir).create("a", "read");
  await back();
  const [first = ""] = readdirSync(join(archiveDir, "keys"));
  await back();
  expect(readdirSync(join(archiveDir, "keys"))).toEqual([first]);
  appendFileSync(join(archiveDir, "keys", first), "damage");
  const { signal } = new AbortController();
  const { isSound, problems } = await verifyBackup({ archiveDir, onProgress: () => {} }, signal);
  expect([isSound, problems]).toEqual([false, [`keys/${first} is damaged`]]);
  expect((await restored(archiveDir, null)).report).toMatchObject({ hasKeys: false });
  await back();
  expect((await restored(archiveDir, null)).report).toMatchObject({ hasKeys: true });
});
