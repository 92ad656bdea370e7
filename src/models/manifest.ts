import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ModelEntry } from "../domain/model.ts";
import { OpfindError } from "../errors.ts";

/** Relative, without `..`, drive letters or backslashes: a manifest cannot point outside the models folder. */
const PATH = /^(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

const triple = z.tuple([z.number(), z.number(), z.number()]);

const Input = z.strictObject({
  name: z.string().min(1),
  width: z.int().min(1).max(2048),
  height: z.int().min(1).max(2048),
  resize: z.enum(["squash", "clip"]),
  kernel: z.literal("bicubic"),
  mean: triple,
  std: triple.refine((values) => values.every((value) => value > 0), "must be above zero"),
});

const File = z.strictObject({
  path: z.string().regex(PATH),
  url: z.url({ protocol: /^https$/ }).nullable(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(1),
});

const Entry = z.strictObject({
  id: z.string().regex(/^[a-z0-9.-]+$/),
  files: z.tuple([File], File),
  source: z.string().min(1),
  revision: z.string().min(1),
  licence: z.string().min(1),
  input: Input.refine(({ resize, width, height }) => resize !== "clip" || width === height, "clip needs a square"),
  output: z.string().min(1),
  dimension: z.int().min(1).max(65_536),
  // 1 for networks that quantise activations while they run (CLIP int8): they take one scale for the whole batch, so
  // a picture's vector would depend on its neighbours in it.
  maxBatch: z.int().min(1).max(16),
});

const Manifest = z.strictObject({
  version: z.literal(1),
  models: z.array(Entry).refine((models) => new Set(models.map(({ id }) => id)).size === models.length, "id twice"),
});

/** The network that opfind uses where nobody names another. */
export const SHIPPED_MODEL = "opfind-v1";

/**
 * Reads models/manifest.json of the checkout or the installed package.
 * @throws OpfindError manifest-invalid
 */
export async function readModelManifest(home: string): Promise<readonly ModelEntry[]> {
  const file = join(home, "models", "manifest.json");
  try {
    return parseModelManifest(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (error instanceof OpfindError) throw error;
    throw invalid(`${file} cannot be read`, error);
  }
}

/** @throws OpfindError manifest-invalid naming the first wrong value */
export function parseModelManifest(json: unknown): readonly ModelEntry[] {
  const parsed = Manifest.safeParse(json);
  if (parsed.success) return parsed.data.models;
  const [issue] = parsed.error.issues;
  throw invalid(`models/manifest.json is wrong at ${issue?.path.join(".")}: ${issue?.message}`, parsed.error);
}

/** @throws OpfindError model-unknown naming the models there are */
export function findModel(models: readonly ModelEntry[], id: string): ModelEntry {
  const entry = models.find((model) => model.id === id);
  if (entry) return entry;
  const known = models.map((model) => model.id).join(", ");
  throw new OpfindError("model-unknown", `There is no model "${id}". The models are: ${known}.`, { details: { id } });
}

function invalid(what: string, cause: unknown): OpfindError {
  return new OpfindError("manifest-invalid", `${what}. Restore the file from the release you installed.`, { cause });
}
