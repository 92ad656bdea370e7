import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pino } from "pino";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { readConfig } from "../src/config.ts";
import { type Calibration, uncalibrated } from "../src/pipeline/calibration.ts";
import { modelIdOf } from "../src/pipeline/model-id.ts";
import { openResidentProcess } from "../src/wire-resident.ts";
import { runDouble } from "./support/qdrant.ts";
import { tempDir } from "./support/temp-dir.ts";
import { CLIP_SHAPED, tinyNetwork } from "./support/tiny-network.ts";

const ROOT = resolve(import.meta.dirname, "..");
const NEVER = new AbortController().signal;
const TURN = { lane: "alice" };
const COMET = "paper-comet-1";

const picture = (name: string) => new Uint8Array(readFileSync(join(ROOT, "examples/posters", `${name}.webp`)));

/** Every answer is in doubt, and what the second network says decides. */
function keepingInDoubt(modelId: string, besideId: string): Calibration {
  const none = { bias: -2, score: 0, margin: 0, contrast: 0, agreement: 0, size: 0, crowd: 0 };
  return {
    ...uncalibrated(modelId),
    ...{ format: 3, besideId, ceiling: 0.999 },
    weights: { first: none, all: none, verified: none, beside: { ...none, beside: 60 } },
    thresholds: { clear: 1, match: 0.7, ambiguous: 0.3, doubtful: 0 },
  };
}

/** The process of the bot and the service, with tiny networks: one that ships, and one of CLIP's shape beside it. */
async function process(index: "exact" | "qdrant") {
  const home = tempDir();
  const models = join(home, "models");
  const first = (await tinyNetwork(models, { id: "opfind-v1" })).entry;
  const second = (await tinyNetwork(models, CLIP_SHAPED)).entry;
  writeFileSync(join(models, "manifest.json"), JSON.stringify({ version: 1, models: [first, second] }));
  const calibration = keepingInDoubt(modelIdOf(first), modelIdOf(second));
  writeFileSync(join(models, "calibration.json"), JSON.stringify(calibration));
  for (const part of ["package.json", "embeddings/starter"])
    cpSync(join(ROOT, part), join(home, part), { recursive: true });
  const dataDir = join(home, "data");
  mkdirSync(dataDir);
  const place = index === "qdrant" ? { QDRANT_URL: (await runDouble()).url } : {};
  const wish = { OPFIND_INDEX: index, OPFIND_MODEL_BESIDE: second.id, ...place };
  const config = readConfig({ OPFIND_DATA_DIR: dataDir, OPFIND_OFFLINE: "1", ...wish });
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => lines.push(line) });
  const opened = await openResidentProcess({ config: { ...config, home }, log, signal: NEVER });
  onTestFinished(() => opened.close());
  const learn = async (name: string, anilistId: number) => {
    const anime = { anilistId, malId: null, title: { romaji: name, english: null, native: null } };
    const poster = { bytes: picture(name), file: `${name}.webp`, anime, source: "api", addedBy: null };
    return (await opened.resident.learn(poster, TURN, NEVER)).posterId;
  };
  return { ...opened, lines, learn, besideId: modelIdOf(second) };
}

test.each(["exact", "qdrant"] as const)("a re-index shows it the posters, then it is asked: %s", async (index) => {
  const { resident, gallery, lines, learn, besideId } = await process(index);
  const posterIds = [await learn(COMET, 9000201), await learn("velvet-static-1", 9000202)];
  const seen = async () => (await gallery.store.embeddingsOf(posterIds, besideId, NEVER)).size;
  // Too blurred for points; and the second network has seen neither poster.
  const small = await sharp(picture(COMET)).resize({ width: 12 }).png().toBuffer();
  const query = await sharp(small).resize({ width: 120 }).png().toBuffer();
  expect((await resident.identify(query, TURN, NEVER)).verdict.kind).toBe("unknown");
  expect(await seen()).toBe(0);

  const ended = new Promise<string>((done) => {
    resident.reindexing.watch(({ state }) => state !== "running" && done(state));
  });
  await resident.reindexing.start({ isFull: true, requestedBy: "alice", reply: null });
  expect([await ended, await seen()]).toEqual(["done", 2]);

  const { verdict, timings } = await resident.identify(query, TURN, NEVER);
  expect(verdict).toMatchObject({ kind: "match", best: { anilistId: 9000201 } });
  expect(timings.map(({ stage }) => stage)).toContain("beside");
  // It began empty, which an operator is told.
  expect(lines.filter((line) => !line.includes("the gallery on Qdrant is empty"))).toEqual([]);
});
