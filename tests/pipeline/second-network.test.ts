import { writeFile } from "node:fs/promises";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { OpfindError } from "../../src/errors.ts";
import { lazyEmbedder } from "../../src/pipeline/embed.ts";
import type { Embedding } from "../../src/pipeline/ports.ts";
import { openSecondNetwork, type SecondNetworkOptions } from "../../src/pipeline/second-network.ts";
import { busyPicture } from "../support/pictures.ts";
import { tempDir } from "../support/temp-dir.ts";
import { CLIP_SHAPED, tinyNetwork } from "../support/tiny-network.ts";

const NEVER = new AbortController().signal;
const PICTURE = busyPicture(60, 80);

/** A second network that sees every picture as the same, in a gallery where poster 1 is near and poster 7 far away. */
function scene(changes: Partial<SecondNetworkOptions> = {}) {
  const lines: string[] = [];
  const time = { now: 0 };
  const log = pino({ level: "warn" }, { write: (line: string) => lines.push(line) });
  const stored = new Map<number, readonly Embedding[]>([[7, [Float32Array.of(0, 1), Float32Array.of(0.6, 0.8)]]]);
  const network = openSecondNetwork({
    embedder: { modelId: "second@1", embed: async (images) => images.map(() => Float32Array.of(1, 0)) },
    openIndex: async () => ({ search: async (queries) => queries.map(() => [{ posterId: 1, score: 0.9 }]) }),
    store: { embeddingsOf: async (ids) => new Map([...stored].filter(([id]) => ids.includes(id))) },
    clock: { elapsedMs: () => time.now },
    log,
    ...changes,
  });
  return { network, lines, time };
}

test("tells the posters that are near, and those it is asked about however far; of what it has not seen nothing", async () => {
  const look = await scene().network.look(PICTURE, [1, 7, 8], NEVER);
  expect(look).toEqual({
    kind: "seen",
    scores: new Map([
      [1, 0.9],
      [7, expect.closeTo(0.6)],
    ]),
  });
});

test("a failure is a value and one line in the log, and it is left alone for a minute", async () => {
  let asked = 0;
  const embed = async () => {
    asked += 1;
    throw new OpfindError("embedder-failed", "The driver fell over.");
  };
  const { network, lines, time } = scene({ embedder: { modelId: "second@1", embed } });
  expect(await network.look(PICTURE, [1], NEVER)).toEqual({ kind: "failed", why: "The driver fell over." });
  expect(await network.look(PICTURE, [1], NEVER)).toMatchObject({ kind: "failed" });
  expect([asked, lines.length]).toEqual([1, 1]);
  expect(lines[0]).toContain("second@1 was not asked about a picture in doubt");
  time.now = 60_000;
  await network.look(PICTURE, [1], NEVER);
  expect(asked).toBe(2);
});

test("an index that cannot be opened is a failure as well", async () => {
  const { network } = scene({ openIndex: () => Promise.reject(new OpfindError("index-broken", "It is torn.")) });
  expect(await network.look(PICTURE, [1], NEVER)).toEqual({ kind: "failed", why: "It is torn." });
});

test("what hangs is not waited for", async () => {
  const { network } = scene({ openIndex: () => new Promise(() => {}), budgetMs: 1 });
  expect(await network.look(PICTURE, [1], NEVER)).toEqual({ kind: "failed", why: "no answer within 1 ms" });
});

test("who gives up is told so, and nothing is held against the network", async () => {
  const leaving = new AbortController();
  let isHanging = true;
  const index = { search: async () => [[{ posterId: 1, score: 0.9 }]] };
  const { network, lines } = scene({ openIndex: () => (isHanging ? new Promise(() => {}) : Promise.resolve(index)) });
  const asked = network.look(PICTURE, [1], leaving.signal);
  leaving.abort();
  await expect(asked).rejects.toMatchObject({ code: "aborted" });
  isHanging = false;
  expect(await network.look(PICTURE, [1], NEVER)).toMatchObject({ kind: "seen" });
  expect(lines).toEqual([]);
});

test("a network of CLIP's shape is opened by the first picture, and its end in mid-flight is survived", async () => {
  const model = await tinyNetwork(tempDir(), CLIP_SHAPED);
  await writeFile(`${model.network}.lives`, "0");
  const options = { device: "cpu", threads: 1, log: pino({ level: "silent" }) };
  const sound = lazyEmbedder({ model, ...options });
  onTestFinished(() => sound.close());
  expect(sound.device).toBe("none");
  expect(await scene({ embedder: sound }).network.look(PICTURE, [1], NEVER)).toMatchObject({ kind: "seen" });
  expect(sound.device).toBe("cpu");

  const workerScript = new URL("../support/failing-worker.mjs", import.meta.url);
  const dying = lazyEmbedder({ model: { ...model, network: `${model.network}.lives` }, ...options, workerScript });
  onTestFinished(() => dying.close());
  const { network } = scene({ embedder: dying });
  expect(await network.look(PICTURE, [1], NEVER)).toMatchObject({
    kind: "failed",
    why: expect.stringContaining("code 7"),
  });
});
