import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { Backend } from "../../src/discord/backend.ts";
import { openShards } from "../../src/discord/shards.ts";

const PROGRAM = fileURLToPath(new URL("../support/shard.mjs", import.meta.url));
const { signal } = new AbortController();

/** Opens one shard, whose thread runs a program of the test's. */
async function opened(how: string) {
  const lines: string[] = [];
  const heard = { line: () => {} };
  const write = (line: string) => {
    lines.push(line);
    heard.line();
  };
  const shards = await openShards(
    {
      // None of the programs calls it.
      backend: {} as Backend,
      meter: { answered: () => {}, acknowledged: () => {} },
      log: pino({ level: "warn" }, { write }),
      clock: { elapsedMs: () => performance.now() },
      login: { token: "MTIz.a.b", apiUrl: "http://127.0.0.1:9" },
      wanted: 1,
      program: { file: PROGRAM, argv: [how] },
    },
    signal,
  );
  onTestFinished(() => shards.close(1_000));
  const said = (words: string) =>
    new Promise<void>((resolve) => {
      heard.line = () => void (lines.some((line) => line.includes(words)) && resolve());
      heard.line();
    });
  return { ...shards, said };
}

test("a shard is online when it says so, whatever discord.js thinks of its first try", async () => {
  expect((await opened("stays")).facts()).toMatchObject({ isReady: true, guilds: 2 });
  expect((await opened("disconnects")).facts()).toMatchObject({ isReady: true, guilds: 2 });
});

test("why a shard cannot get online is the reason for all", async () => {
  await expect(opened("refused")).rejects.toMatchObject({
    code: "discord-token",
    message: "Discord does not accept it.",
  });
  await expect(opened("dies")).rejects.toMatchObject({ code: "discord-unreachable" });
});

test("a shard that ends is not ready, and is to be started again after a pause", async () => {
  const { facts, said, close } = await opened("short");
  await said("started again after a pause");
  expect(facts().isReady).toBe(false);
  await close(0);
});
