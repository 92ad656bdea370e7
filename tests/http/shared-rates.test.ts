import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { openRates } from "../../src/http/rates.ts";
import { openSharedRates } from "../../src/http/shared-rates.ts";
import { listen } from "../support/listener.ts";
import { tempDir } from "../support/temp-dir.ts";

const SETTINGS = { perKey: 3, perAddress: 3 };
const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
if (!hasRedis) console.info("Limits shared through Redis are not tested: there is no redis-server.");

async function startRedis(port: number) {
  const words = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", tempDir()];
  const child = spawn("redis-server", words, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) if (/Ready to accept/.test(line)) break;
  return {
    async end() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

function connected(url: string, troubles: unknown[] = []) {
  const shared = openSharedRates(url, (cause) => troubles.push(cause));
  onTestFinished(() => shared.close());
  return { rates: openRates(SETTINGS, shared.store), store: shared.store };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  return (await listen()).port + 1;
}

describe.skipIf(!hasRedis)("points in Redis", () => {
  test("are spent by all processes together", async () => {
    const port = await freePort();
    await startRedis(port);
    const [one, other] = [connected(`redis://127.0.0.1:${port}`), connected(`redis://127.0.0.1:${port}`)];
    for (const { store } of [one, other]) await expect.poll(() => store.isReady).toBe(true);
    expect(await one.rates.spend("key", "k", 1)).toMatchObject({ left: 2, isSpent: false });
    expect(await other.rates.spend("key", "k", 2)).toMatchObject({ left: 0, isSpent: false });
    expect(await one.rates.spend("key", "k", 1)).toMatchObject({ isSpent: true });
    expect(await one.rates.spend("key", "another", 1)).toMatchObject({ isSpent: false });
  });

  test("are counted by each process for itself once Redis is gone, and nobody waits for it", async () => {
    const port = await freePort();
    const redis = await startRedis(port);
    const { rates, store } = connected(`redis://127.0.0.1:${port}`);
    await expect.poll(() => store.isReady).toBe(true);
    await rates.spend("key", "k", 3);
    await redis.end();
    await expect.poll(() => store.isReady).toBe(false);
    expect(await rates.spend("key", "k", 3)).toMatchObject({ left: 0, isSpent: false });
    expect(await rates.spend("key", "k", 1)).toMatchObject({ isSpent: true });
  });
});

test("a Redis that was never there holds nobody up", async () => {
  const troubles: unknown[] = [];
  const { rates } = connected(`redis://127.0.0.1:${await freePort()}`, troubles);
  expect(await rates.spend("address", "a", 1)).toMatchObject({ left: 2, isSpent: false });
  await expect.poll(() => troubles.length).toBeGreaterThan(0);
});
