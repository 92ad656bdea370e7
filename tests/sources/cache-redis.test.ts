import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openCache } from "../../src/sources/cache.ts";
import { hasRedis, startRedis } from "../support/redis.ts";

const HOUR = 3_600_000;

function openAt(redisUrl: string) {
  const onTrouble = vi.fn();
  const cache = openCache({ file: "", redisUrl, onTrouble });
  onTestFinished(() => cache.close());
  return { cache, onTrouble };
}

describe.skipIf(!hasRedis)("the cache in Redis (redis-server has to be installed)", () => {
  test("is shared by processes", async () => {
    const { url } = await startRedis();
    const [one, two] = [openAt(url), openAt(url)];
    await one.cache.write([{ key: "a", value: { n: [1, "zwei"] }, keepMs: HOUR }]);
    await two.cache.write([{ key: "b", value: 2, keepMs: HOUR }]);
    for (const { cache, onTrouble } of [one, two]) {
      expect([...(await cache.read(["a", "b", "c"]))]).toEqual([
        ["a", { n: [1, "zwei"] }],
        ["b", 2],
      ]);
      expect(onTrouble).not.toHaveBeenCalled();
    }
  });

  test("forgets what is over", async () => {
    const { cache } = openAt((await startRedis()).url);
    await cache.write([{ key: "a", value: 1, keepMs: 1 }]);
    await expect.poll(async () => (await cache.read(["a"])).size).toBe(0);
  });

  test("remembers nothing once Redis is gone, says so once, and nobody waits for long", async () => {
    const redis = await startRedis();
    const { cache, onTrouble } = openAt(redis.url);
    await cache.write([{ key: "a", value: 1, keepMs: HOUR }]);
    await redis.kill();
    expect((await cache.read(["a"])).size).toBe(0);
    await cache.write([{ key: "b", value: 1, keepMs: HOUR }]);
    expect(onTrouble).toHaveBeenCalledTimes(1);
  });
});
