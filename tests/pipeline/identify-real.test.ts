import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LabelledFile, readLabelled, readUnlabelled } from "../../src/evaluate/dataset.ts";
import { EDITS } from "../../src/evaluate/edits.ts";
import { buildGallery } from "../../src/evaluate/gallery.ts";
import { applyEdit } from "../../src/evaluate/probe.ts";
import { FlatIndex } from "../../src/index/flat-index.ts";
import { openLog } from "../../src/log.ts";
import { locateModel, modelFolders } from "../../src/models/local-model.ts";
import { findModel, readModelManifest } from "../../src/models/manifest.ts";
import { openArtwork } from "../../src/pipeline/artwork.ts";
import { isFor } from "../../src/pipeline/calibration.ts";
import { decodeImage } from "../../src/pipeline/decode.ts";
import { openEmbedder } from "../../src/pipeline/embed.ts";
import { type IdentifyDeps, identify } from "../../src/pipeline/identify.ts";
import type { Embedder } from "../../src/pipeline/ports.ts";
import { readCalibration } from "../../src/pipeline/read-calibration.ts";
import { sharedDir } from "../support/shared.ts";

const HOME = resolve(import.meta.dirname, "../..");
const NEVER = new AbortController().signal;
const LOG = openLog({ level: "silent", isPretty: false });
const POSTERS = 120;

async function openShipped(): Promise<Embedder> {
  const entry = findModel(await readModelManifest(HOME), "opfind-v1");
  const model = await locateModel(entry, modelFolders({ home: HOME, dataDir: HOME }), NEVER);
  return await openEmbedder({ model, device: "cpu", threads: 1, log: LOG }, NEVER);
}

const calibrationFor = (modelId: string) => readCalibration([join(HOME, "models", "calibration.json")], modelId, LOG);

test("the calibration that ships speaks about the network that ships", async () => {
  const embedder = await openShipped();
  try {
    const calibration = await calibrationFor(embedder.modelId);
    expect(isFor(calibration, embedder.modelId)).toBe(true);
    expect(calibration.run.command).toMatch(/^opfind evaluate .*--fit/);
    expect(calibration.thresholds.match).toBeLessThan(1);
  } finally {
    await embedder.close();
  }
});

describe.skipIf(sharedDir === undefined)("real covers, when ../shared is there", () => {
  const folder = (name: string) => join(sharedDir ?? "", name);
  const read = async (path: string) => await decodeImage(readFileSync(path), NEVER);
  let embedder: Embedder | undefined;
  let deps: IdentifyDeps | undefined;
  let known: readonly LabelledFile[] = [];

  beforeAll(async () => {
    embedder = await openShipped();
    known = (await readLabelled(folder("posters/anilist"))).slice(0, POSTERS);
    const openIndex = (dimension: number) => new FlatIndex(dimension);
    const gallery = await buildGallery(known, { embedder, beside: null, openIndex, read, onPoster: () => {} }, NEVER);
    const { index } = gallery;
    const calibration = await calibrationFor(embedder.modelId);
    const artwork = openArtwork(gallery, { modelId: embedder.modelId, threshold: calibration.sameArtwork });
    const clock = { elapsedMs: () => 0 };
    deps = { decode: decodeImage, embedder, index, store: gallery, artwork, calibration, clock };
  }, 120_000);
  afterAll(() => embedder?.close());

  async function ask(query: Parameters<typeof identify>[0]) {
    if (!deps) throw new RangeError("The gallery is not open.");
    return (await identify(query, deps, NEVER)).verdict;
  }

  test("are named from the same site's thumbnails", async () => {
    const ids = new Set(known.map(({ anilistId }) => anilistId));
    const thumbnails = (await readLabelled(folder("posters/anilist-small"))).filter(({ anilistId }) =>
      ids.has(anilistId),
    );
    expect(thumbnails.length).toBeGreaterThan(10);
    for (const { path, anilistId } of thumbnails) {
      const { kind, candidates } = await ask(readFileSync(path));
      expect([path, kind, candidates[0]?.anilistId]).toEqual([path, "match", anilistId]);
    }
  });

  test("are named after every single edit, of a hundred with at most one exception", async () => {
    const edits = EDITS.filter(({ name }) => name !== "two edits");
    const asked: string[] = [];
    const missed: string[] = [];
    for (const [at, edit] of edits.entries()) {
      for (const file of known.slice(at * 5, at * 5 + 5)) {
        const image = await applyEdit(await read(file.path), edit, { seed: 3, path: file.path });
        const { candidates } = await ask(image);
        asked.push(file.path);
        if (candidates[0]?.anilistId !== file.anilistId) missed.push(`${edit.name}: ${file.title}`);
      }
    }
    expect(asked.length).toBeGreaterThanOrEqual(95);
    expect(missed.length, missed.join("; ")).toBeLessThanOrEqual(1);
  });

  test("are not found in screenshots, portraits and photos", async () => {
    const strangers = (await readUnlabelled(folder("negatives"))).filter((_, at) => at % 5 === 0);
    const verdicts = [];
    for (const { path, title } of strangers) verdicts.push([title, (await ask(readFileSync(path))).kind]);
    expect(verdicts.length).toBeGreaterThan(30);
    expect(verdicts.filter(([, kind]) => kind === "match")).toEqual([]);
  });
});
