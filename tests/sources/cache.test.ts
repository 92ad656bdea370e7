import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { type Cache, openCache } from "../../src/sources/cache.ts";
import { writeElsewhere } from "../support/sqlite-writer.ts";

const HOUR = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), "opfind-cache-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the cache", () => {
  test("keeps over a restart, and two processes may share it", async () => {
    const file = join(folder, "shared.sqlite");
    const [one, two] = [openAt(file), openAt(file)];
    await Promise.all([
      one.write([{ key: "a", value: { n: 1 }, keepMs: HOUR }]),
      two.write([{ key: "b", value: 2, keepMs: HOUR }]),
    ]);
    await one.close();
    expect([...(await two.read(["a", "b", "c"]))]).toEqual([
      ["a", { n: 1 }],
      ["b", 2],
    ]);
    await two.close();
  });

  test("of a new file waits for another process that is about to write it", async () => {
    const file = join(folder, "new.sqlite");
    const stop = await writeElsewhere(file);
    const cache = openAt(file);
    await cache.write([{ key: "a", value: 1, keepMs: HOUR }]);
    expect((await cache.read(["a"])).size).toBe(1);
    await cache.close();
    await stop();
  });

  test("forgets what is over", async () => {
    const cache = sqlite();
    await cache.write([{ key: "a", value: 1, keepMs: -1 }]);
    expect((await cache.read(["a"])).size).toBe(0);
  });

  test("that cannot be opened remembers nothing and says so once", async () => {
    const file = join(folder, "broken.sqlite");
    writeFileSync(file, "this is no database, but long enough to look like a file of some kind".repeat(100));
    const onTrouble = vi.fn();
    const cache = openCache({ file, onTrouble });
    await cache.write([{ key: "a", value: 1, keepMs: HOUR }]);
    expect((await cache.read(["a"])).size).toBe(0);
    await cache.close();
    expect(onTrouble).toHaveBeenCalledTimes(1);
  });

  test("whose folder is missing remembers nothing and says so once", async () => {
    const onTrouble = vi.fn();
    const cache = openCache({ file: join(folder, "nowhere", "cache.sqlite"), onTrouble });
    expect((await cache.read(["a"])).size).toBe(0);
    expect(onTrouble).toHaveBeenCalledTimes(1);
  });

  test("that breaks while in use remembers nothing and says so once", async () => {
    const onTrouble = vi.fn();
    const cache = openCache({ file: join(folder, "breaks.sqlite"), onTrouble });
    await cache.close();
    await cache.write([{ key: "a", value: 1, keepMs: HOUR }]);
    await cache.write([{ key: "a", value: 1, keepMs: HOUR }]);
    expect((await cache.read(["a"])).size).toBe(0);
    expect(onTrouble).toHaveBeenCalledTimes(1);
  });

  test("in a Redis that is away remembers nothing and says so once", async () => {
    const onTrouble = vi.fn();
    const cache = openCache({ file: "", redisUrl: "redis://127.0.0.1:1", onTrouble });
    expect((await cache.read(["a"])).size).toBe(0);
    await cache.write([{ key: "a", value: 1, keepMs: HOUR }]);
    await cache.close();
    expect(onTrouble).toHaveBeenCalledTimes(1);
  });
});

function sqlite(): Cache {
  return openAt(":memory:");
}

function openAt(file: string): Cache {
  return openCache({
    file,
    onTrouble: (cause) => {
      throw cause;
    },
  });
}
