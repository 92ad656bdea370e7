import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ModelEntry } from "../../src/domain/model.ts";
import { findModel, readModelManifest, SHIPPED_MODEL } from "../../src/models/manifest.ts";
import { type Calibration, parseCalibration } from "../../src/pipeline/calibration.ts";
import { modelIdOf } from "../../src/pipeline/model-id.ts";
import { installation } from "../support/installation.ts";
import { sha256 } from "../support/posters.ts";
import { CLIP_SHAPED, tinyNetwork } from "../support/tiny-network.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const EXAMPLES = join(ROOT, "examples/posters");
/** Posters of the gallery, and queries of each kind: enough that some are in doubt. */
const [POSTERS, QUERIES] = [14, 8];
/** CLIP's preprocessing, as models/manifest.json has it. */
const CLIP = "clip-vit-b32-fp32";
const SECOND = "tiny-clip";

// Every step is a process or three, and other suites run beside.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

// The network that ships, beside it a random one of CLIP's exact input and output, and one that is none.
let home = "";
let second: ModelEntry;
let opfind: ReturnType<typeof installation>;
let calibration: Calibration;
const data = () => join(home, "data");
const settings = (beside: string) => ({ OPFIND_DATA_DIR: data(), OPFIND_MODEL_BESIDE: beside });
const gallery = () => join(home, "posters");
const picture = join(EXAMPLES, "iron-lullaby-1.webp");
const rows: readonly { readonly file: string }[] = JSON.parse(
  readFileSync(join(EXAMPLES, "manifest.json"), "utf8"),
).slice(0, POSTERS);

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "opfind-beside-"));
  const models = await readModelManifest(ROOT);
  const { input, output, dimension, maxBatch } = findModel(models, CLIP);
  const claims = { input, output, dimension };
  second = (await tinyNetwork(join(home, "models"), { ...CLIP_SHAPED, maxBatch, claims })).entry;
  const junk = Buffer.from("this is no network");
  const broken: ModelEntry = {
    ...second,
    id: "broken",
    files: [{ path: "broken.onnx", url: null, sha256: sha256(junk), bytes: junk.length }],
  };
  opfind = installation(home, [findModel(models, SHIPPED_MODEL), findModel(models, CLIP), second, broken]);
  writeFileSync(join(home, "models", "broken.onnx"), junk);
  for (const file of ["opfind-v1.onnx", "calibration.json"]) {
    copyFileSync(join(ROOT, "models", file), join(home, "models", file));
  }
  mkdirSync(gallery());
  for (const { file } of rows) copyFileSync(join(EXAMPLES, file), join(gallery(), file));
  writeFileSync(join(gallery(), "manifest.json"), JSON.stringify(rows));
  const imported = opfind(settings("off"), "posters", "import", gallery(), "--json");
  expect(imported.json).toMatchObject([{ added: POSTERS }]);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/**
 * Every answer is in doubt, whatever the first network thinks, so the second is asked about every picture; and all that
 * counts is which of two it prefers.
 */
function keepInDoubt(besideId: string): void {
  const { thresholds, weights } = calibration;
  const closer = { ...weights.all, inliers: 0 };
  const kept = {
    ...calibration,
    besideId,
    thresholds: { ...thresholds, clear: 1, doubtful: 0, match: 0.7, ambiguous: 0.3 },
    weights: { ...weights, verified: closer, beside: { ...closer, beside: 10 } },
  };
  writeFileSync(join(home, "models", "calibration.json"), JSON.stringify(kept));
}

/** Small cuts of posters, badly saved: pictures that leave the first network in doubt. */
async function cuts(): Promise<string> {
  const folder = join(home, "cuts");
  mkdirSync(folder);
  for (const [at, { file }] of rows.entries()) {
    const poster = sharp(join(EXAMPLES, file));
    const { width, height } = await poster.metadata();
    const share = 0.3 + 0.03 * (at % 6);
    const part = { left: Math.floor(width * 0.2), top: Math.floor(height * 0.15) };
    const cut = poster.extract({ ...part, width: Math.round(width * share), height: Math.round(height * share) });
    await cut.resize({ width: 120 }).jpeg({ quality: 40 }).toFile(join(folder, file));
  }
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(rows));
  return folder;
}

test("a calibration that does not know it leaves it out, and says so in one sentence", () => {
  const { status, json, stderr } = opfind(settings(SECOND), "identify", picture, "--no-songs", "--json");
  expect([status, json[0].verdict]).toEqual([0, "match"]);
  expect(json[0].timings).not.toHaveProperty("beside");
  expect(stderr).toContain(`${modelIdOf(second)} is not asked: the calibration of opfind-v1@`);
});

test("a fit learns what its word is worth, and the file names both networks", async () => {
  const file = join(home, "fitted.json");
  const args = [
    "--gallery",
    gallery(),
    "--queries",
    await cuts(),
    "--sample",
    String(QUERIES),
    "--fit",
    file,
    "--json",
  ];
  const { status, json } = opfind(settings(SECOND), "evaluate", ...args);
  expect(status).toBe(0);
  calibration = parseCalibration(JSON.parse(readFileSync(file, "utf8")));
  expect(calibration).toMatchObject({ format: 3, besideId: modelIdOf(second) });
  expect(calibration.run.command).toMatch(/^OPFIND_MODEL_BESIDE=tiny-clip opfind evaluate /);
  expect(calibration.weights.beside?.beside).toEqual(expect.any(Number));
  expect(json[0]).toMatchObject({ modelId: calibration.modelId, besideId: modelIdOf(second) });
});

test("index build shows it the posters, and then it is asked about what is in doubt", () => {
  keepInDoubt(modelIdOf(second));
  const before = opfind(settings(SECOND), "identify", picture, "--no-songs", "--json");
  expect(before.stderr).toContain(`the gallery has posters that ${modelIdOf(second)} has not seen`);
  const built = opfind(settings(SECOND), "index", "build", "--json");
  expect(built.json).toMatchObject([{ modelId: calibration.modelId }]);
  const { status, json, stderr } = opfind(settings(SECOND), "identify", picture, "--no-songs", "--json");
  expect([status, stderr]).toEqual([0, ""]);
  expect(json[0]).toMatchObject({ verdict: "match", timings: { beside: expect.any(Number) } });
  expect(json[0].timings.beside).toBeGreaterThan(1);
  const versions = opfind(settings(SECOND), "index", "versions", "--json").json;
  expect(versions.map(({ modelId }) => modelId)).toContain(modelIdOf(second));
  expect(versions.find(({ isInUse }) => isInUse)).toMatchObject({ modelId: calibration.modelId });
});

test("the doctor looks at it as well", () => {
  const partsOf = (beside: string) => {
    const { json } = opfind(settings(beside), "doctor", "--offline", "--json");
    return json.filter(({ part }) => part === "second model" || part === "gallery");
  };
  expect(partsOf(SECOND)).toMatchObject([{ state: "ok" }, { state: "ok" }]);
  const [model, seen] = partsOf(CLIP);
  expect(model).toMatchObject({ state: "warning", says: expect.stringContaining("is missing") });
  expect(model.remedy).toContain("opfind models pull");
  expect(seen).toMatchObject({
    state: "warning",
    says: `${CLIP} has not seen ${POSTERS} of ${POSTERS} posters: \`opfind index build\` shows them to it`,
  });
});

test.each([
  [CLIP, "file is missing", "is not on this machine"],
  ["broken", "file is no network", "was not asked about a picture in doubt"],
])("%s, whose %s, leaves the answer to the first network, and the log says so", (id, _, said) => {
  const sound = opfind(settings("off"), "identify", picture, "--no-songs", "--json").json[0];
  if (id === "broken") keepInDoubt(sha256Of(id));
  const { status, json, stderr } = opfind(settings(id), "identify", picture, "--no-songs", "--json");
  expect([status, json[0].verdict, json[0].candidates]).toEqual([0, sound.verdict, sound.candidates]);
  expect(stderr).toContain(said);
});

function sha256Of(id: string): string {
  return modelIdOf({
    id,
    files: [{ path: "", url: null, sha256: sha256(Buffer.from("this is no network")), bytes: 0 }],
  });
}
