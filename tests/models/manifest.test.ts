import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findModel, parseModelManifest, readModelManifest } from "../../src/models/manifest.ts";
import { tempDir } from "../support/temp-dir.ts";

const HOME = fileURLToPath(new URL("../..", import.meta.url));

test("the manifest that ships is valid and has the encoder and both CLIPs", async () => {
  const models = await readModelManifest(HOME);
  expect(models.map(({ id }) => id)).toEqual(["opfind-v1", "clip-vit-b32-fp32", "clip-vit-b32-int8"]);
  expect(findModel(models, "opfind-v1").files[0].url).toBeNull();
});

test("CLIP int8 runs pictures one by one, for it quantises a batch with one scale", async () => {
  const models = await readModelManifest(HOME);
  expect(findModel(models, "clip-vit-b32-int8").maxBatch).toBe(1);
});

test("an unknown model is told with those that there are", async () => {
  const models = await readModelManifest(HOME);
  expect(() => findModel(models, "resnet")).toThrow(
    expect.objectContaining({ code: "model-unknown", message: expect.stringContaining("clip-vit-b32-fp32") }),
  );
});

test("a missing manifest is manifest-invalid", async () => {
  await expect(readModelManifest(tempDir())).rejects.toMatchObject({ code: "manifest-invalid" });
});

test.each([
  ["a path outside the folder", "models.0.files.0.path", { files: [{ path: "../evil.onnx" }] }],
  ["an absolute path", "models.0.files.0.path", { files: [{ path: "/etc/passwd" }] }],
  ["an unencrypted source", "models.0.files.0.url", { files: [{ url: "http://example.org/a.onnx" }] }],
  ["a short checksum", "models.0.files.0.sha256", { files: [{ sha256: "abc" }] }],
  ["a standard deviation of zero", "models.0.input.std", { input: { std: [1, 0, 1] } }],
  ["a word too many", "models.0", { colour: "blue" }],
  ["no dimension", "models.0.dimension", { dimension: 0 }],
])("%s is manifest-invalid and named", async (_, place, change) => {
  const json: unknown = JSON.parse(await readFile(join(HOME, "models", "manifest.json"), "utf8"));
  expect(() => parseModelManifest(changed(json, { models: [change] }))).toThrow(
    expect.objectContaining({ code: "manifest-invalid", message: expect.stringContaining(place) }),
  );
});

/** `base` with the values of `change` laid over it, element by element. */
function changed(base: unknown, change: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(change) && typeof change[0] === "object") {
    return base.map((value, i) => (i in change ? changed(value, change[i]) : value));
  }
  if (isRecord(base) && isRecord(change)) {
    const keys = [...new Set([...Object.keys(base), ...Object.keys(change)])];
    return Object.fromEntries(keys.map((key) => [key, key in change ? changed(base[key], change[key]) : base[key]]));
  }
  return change;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
