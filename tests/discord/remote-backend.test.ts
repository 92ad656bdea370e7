import { MessageChannel, type MessagePort } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import type { Backend } from "../../src/discord/backend.ts";
import type { Frame, Wire } from "../../src/discord/carried.ts";
import { remoteBackend } from "../../src/discord/remote-backend.ts";
import { serveBackend } from "../../src/discord/serve-backend.ts";
import { OpfindError } from "../../src/errors.ts";

const live = () => new AbortController().signal;

function wireOver(port: MessagePort): Wire {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => void port.on("message", (frame: Frame) => listener(frame)),
  };
}

/** Two shards at one backend that has only what a test needs. */
function twoShards(parts: Partial<Backend>) {
  // Only the methods that a test calls are reached.
  const backend = parts as Backend;
  return [1, 2].map(() => {
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port1.close());
    return { remote: remoteBackend(wireOver(port1)), stop: serveBackend(backend, wireOver(port2)) };
  });
}

const facts = {
  modelId: "m",
  dimension: 3,
  device: "cpu",
  indexKind: "exact",
  posters: 1,
  embeddings: 2,
  waiting: 0,
  running: 0,
};

test("two shards ask one backend, and each gets its own answers", async () => {
  const [one, two] = twoShards({
    readSettings: async (guildId) => `settings of ${guildId}`,
    facts: async () => facts,
  });
  const answers = [one?.remote.readSettings("1"), two?.remote.readSettings("2"), one?.remote.facts()];
  expect(await Promise.all(answers)).toEqual(["settings of 1", "settings of 2", facts]);
});

test("bytes, callbacks and places in the queue cross over", async () => {
  const seen: Uint8Array[] = [];
  const [shard] = twoShards({
    async identify(bytes, { lane, onPlace }) {
      seen.push(bytes);
      onPlace?.(3);
      return { verdict: { kind: "unknown", candidates: [] }, timings: [{ stage: lane, ms: 1 }] };
    },
  });
  const places: number[] = [];
  const turn = { lane: "alice", onPlace: (place: number) => void places.push(place) };
  const answer = await shard?.remote.identify(new Uint8Array([1, 2, 3]), turn, live());
  expect(answer?.timings).toEqual([{ stage: "alice", ms: 1 }]);
  expect([...(seen[0] ?? [])]).toEqual([1, 2, 3]);
  expect(places).toEqual([3]);
});

test("a failure of ours keeps its code, also inside an answer; a bug stays a bug", async () => {
  const failure = new OpfindError("source-down", "AniList is down.", { details: { status: 502 } });
  const [shard] = twoShards({
    findTitle: async () => ({ found: [], failure }),
    songsOf: async () => {
      throw failure;
    },
    card: async () => {
      throw new RangeError("a bug");
    },
  });
  expect(await shard?.remote.findTitle("x", 1, live())).toMatchObject({
    failure: { code: "source-down", details: { status: 502 } },
  });
  await expect(shard?.remote.songsOf(1, live())).rejects.toBeInstanceOf(OpfindError);
  await expect(shard?.remote.card(1, live())).rejects.toThrow("a bug");
});

test("who gives up is heard at the other end, and so is a shard that ends", async () => {
  const reasons: string[] = [];
  let begunCalls = 0;
  let begun = () => {};
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const [one, two] = twoShards({
    songsOf: (_, signal) =>
      new Promise((_, reject) => {
        begunCalls += 1;
        begun();
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason.code);
          reject(new OpfindError("aborted", "Stopped."));
        });
      }),
  });
  const controller = new AbortController();
  const asked = one?.remote.songsOf(1, controller.signal);
  await started;
  controller.abort();
  await expect(asked).rejects.toMatchObject({ code: "aborted" });
  const other = two?.remote.songsOf(1, live());
  await expect.poll(() => reasons.length).toBe(1);
  await expect.poll(() => begunCalls).toBe(2);
  two?.stop();
  await expect(other).rejects.toMatchObject({ code: "aborted" });
});
