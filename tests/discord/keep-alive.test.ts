import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepAlive } from "../../src/discord/keep-alive.ts";
import { OpfindError } from "../../src/errors.ts";

const clock = { elapsedMs: () => performance.now() };
const MINUTE = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A shard that ends when the test says so, and whose starts go as the test says. */
function shardWith(start: () => Promise<void>) {
  const starts: number[] = [];
  const pauses: number[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void noted(JSON.parse(line)) });
  const noted = ({ pauseMs }: { readonly pauseMs?: number }) => void (pauseMs !== undefined && pauses.push(pauseMs));
  let end = () => {};
  const shard = {
    id: 0,
    async start() {
      starts.push(performance.now());
      await start();
    },
    ended: () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  };
  const stopping = new AbortController();
  const kept = keepAlive(shard, { log, clock }, stopping.signal);
  kept.catch(() => {});
  return { starts, pauses, stopping, kept, end: () => end() };
}

test("a shard that ended is started again after a pause", async () => {
  const { starts, end } = shardWith(async () => {});
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(starts).toEqual([]);
  end();
  await vi.advanceTimersByTimeAsync(999);
  expect(starts).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(starts).toHaveLength(1);
});

test("each pause is twice the one before, up to five minutes, and ten starts are enough", async () => {
  const unreachable = new OpfindError("discord-unreachable", "Discord cannot be reached.");
  const { starts, pauses, kept, end } = shardWith(() => Promise.reject(unreachable));
  end();
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(pauses.map((ms) => ms / 1000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
  expect(starts).toHaveLength(10);
  await expect(kept).rejects.toMatchObject({ code: "discord-unreachable", message: /10 starts/ });
});

test("a shard that ends soon after each start is no better than one that fails to start", async () => {
  const { pauses, end } = shardWith(async () => {});
  for (let times = 0; times < 3; times++) {
    end();
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000]);
});

test("a shard that had been up for long is started again soon", async () => {
  const { pauses, end } = shardWith(async () => {});
  for (let times = 0; times < 3; times++) {
    end();
    await vi.advanceTimersByTimeAsync(15 * MINUTE);
  }
  expect(pauses).toEqual([1_000, 1_000, 1_000]);
});

test("a token that Discord does not accept any more is not tried again", async () => {
  const { starts, kept, end } = shardWith(() => Promise.reject(new OpfindError("discord-token", "No.")));
  end();
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  await expect(kept).rejects.toMatchObject({ code: "discord-token" });
  expect(starts).toHaveLength(1);
});

test("once the bot closes, nothing is started any more", async () => {
  const { starts, stopping, kept, end } = shardWith(async () => {});
  end();
  await vi.advanceTimersByTimeAsync(500);
  stopping.abort();
  await kept;
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(starts).toEqual([]);
});
