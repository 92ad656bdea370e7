import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openKeyStore } from "../../src/index/key-store.ts";
import { stillClock } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";

function openStore(dataDir = tempDir()) {
  const store = openKeyStore({ dataDir, clock: stillClock() });
  onTestFinished(() => store.close());
  return { store, dataDir };
}

test("a key is found by its secret, with its role, and by nothing else", () => {
  const { store } = openStore();
  expect(store.isAnyInForce).toBe(false);
  const { secret, keyId } = store.create("a bot", "write");
  const other = store.create("another", "read");
  expect(store.find(secret)).toEqual({
    keyId,
    name: "a bot",
    role: "write",
    createdAt: "2026-01-02T03:04:05.000Z",
    revokedAt: null,
  });
  for (const wrong of [
    "",
    secret.slice(0, -1),
    `${secret}x`,
    secret.toUpperCase(),
    `opfind_${keyId}_${other.secret.slice(-43)}`,
  ]) {
    expect([wrong, store.find(wrong)]).toEqual([wrong, null]);
  }
});

test("a revoked key opens nothing from then on, in another process as well", () => {
  const { store, dataDir } = openStore();
  const { store: elsewhere } = openStore(dataDir);
  const { secret, keyId } = store.create("a bot", "admin");
  expect(elsewhere.find(secret)?.role).toBe("admin");
  expect(store.revoke(keyId)).toBe(true);
  expect(elsewhere.find(secret)).toBeNull();
  expect([store.revoke(keyId), store.revoke("nobody"), elsewhere.isAnyInForce]).toEqual([false, false, false]);
  expect(store.list()).toMatchObject([{ keyId, revokedAt: "2026-01-02T03:04:05.000Z" }]);
});

test("the file holds no secret", () => {
  const { store, dataDir } = openStore();
  const { secret } = store.create("a bot", "admin");
  const hidden = secret.slice(-43);
  const files = ["keys.sqlite", "keys.sqlite-wal"].map((name) => readFileSync(join(dataDir, "embeddings", name)));
  for (const bytes of files) expect(bytes.includes(hidden)).toBe(false);
});
