import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { OpfindError } from "../errors.ts";
import type { Embedding, NewPoster } from "../pipeline/ports.ts";
import type { SqlitePosterStore } from "./poster-store.ts";

/**
 * The starter pack: what a fresh install knows, without pictures. `posters.jsonl` has a line per poster;
 * `posters.i8` the vectors `[rows, dimension]` in the order of the lines and their views, one byte per number.
 */
const MANIFEST_FILE = "posters.json";
const LABELS_FILE = "posters.jsonl";
const VECTORS_FILE = "posters.i8";

const MANIFEST = z.object({
  format: z.literal(1),
  modelId: z.string(),
  dimension: z.int().positive(),
  posters: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  /** lower-case hex of both files, labels first */
  sha256: z.string(),
});

const LABEL = z.object({
  anilistId: z.int().positive(),
  malId: z.int().positive().nullable(),
  title: z.object({ romaji: z.string(), english: z.string().nullable(), native: z.string().nullable() }),
  franchiseId: z.int().positive().nullable(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  views: z.array(z.string()).nonempty(),
});

/** What became of the starter pack; each but "seeded" leaves the store as it was. */
export type Seeding =
  | { readonly kind: "seeded"; readonly posters: number }
  | { readonly kind: "not-fresh" }
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly why: string };

/**
 * Fills a store that never held a poster from the starter pack, in one transaction; after a change of the network the
 * posters of the former pack gain their new embeddings. A pack of another network is refused: its numbers would mean
 * nothing.
 * @throws OpfindError disk-full | store-busy
 */
export async function seedStarter(
  store: SqlitePosterStore,
  { dir, modelId }: { readonly dir: string; readonly modelId: string },
): Promise<Seeding> {
  if (!store.lacksStarter(modelId)) return { kind: "not-fresh" };
  let files: StarterFiles | null;
  try {
    files = await readFiles(dir);
    if (!files) return { kind: "absent" };
    if (files.manifest.modelId !== modelId) {
      return { kind: "refused", why: `the starter pack was made by ${files.manifest.modelId}, in use is ${modelId}` };
    }
    const posters = store.seed(toPosters(files));
    return posters === 0 ? { kind: "not-fresh" } : { kind: "seeded", posters };
  } catch (error) {
    if (!(error instanceof z.ZodError || error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return { kind: "refused", why: `the starter pack is damaged: ${error.message.split("\n")[0]}` };
  }
}

/** Writes a store's embeddings of one model as a starter pack. @throws OpfindError index-empty */
export async function exportStarter(
  store: SqlitePosterStore,
  { dir, modelId, dimension }: { readonly dir: string; readonly modelId: string; readonly dimension: number },
): Promise<{ readonly posters: number; readonly rows: number; readonly bytes: number }> {
  const lines: string[] = [];
  const vectors: Int8Array[] = [];
  for await (const { poster, anime, franchiseId } of store.records()) {
    const own = store.embedded(poster.posterId).filter((embedding) => embedding.modelId === modelId);
    if (own.length === 0) continue;
    const { sha256 } = poster;
    lines.push(JSON.stringify({ ...anime, franchiseId, sha256, views: own.map(({ view }) => view) }));
    vectors.push(...own.map(({ embedding }) => quantise(embedding)));
  }
  if (lines.length === 0) throw new OpfindError("index-empty", `No poster has embeddings of ${modelId}.`);
  const labels = Buffer.from(`${lines.join("\n")}\n`);
  const bytes = Buffer.concat(
    vectors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
  const counts = { posters: lines.length, rows: vectors.length };
  const manifest = { format: 1, modelId, dimension, ...counts, sha256: hash(labels, bytes) };
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, LABELS_FILE), labels);
  await writeFile(join(dir, VECTORS_FILE), bytes);
  await writeFile(join(dir, MANIFEST_FILE), `${JSON.stringify(manifest, null, 1)}\n`);
  return { ...counts, bytes: labels.length + bytes.length };
}

interface StarterFiles {
  readonly manifest: z.infer<typeof MANIFEST>;
  readonly labels: Buffer;
  readonly vectors: Buffer;
}

async function readFiles(dir: string): Promise<StarterFiles | null> {
  let text: string;
  try {
    text = await readFile(join(dir, MANIFEST_FILE), "utf8");
  } catch {
    return null;
  }
  const manifest = MANIFEST.parse(JSON.parse(text));
  const read = (name: string) =>
    readFile(join(dir, name)).catch((cause: unknown) => {
      throw new RangeError(`${name} cannot be read`, { cause });
    });
  const [labels, vectors] = [await read(LABELS_FILE), await read(VECTORS_FILE)];
  if (hash(labels, vectors) !== manifest.sha256) throw new RangeError("its checksum is another");
  if (vectors.length !== manifest.rows * manifest.dimension) throw new RangeError("its vectors are not complete");
  return { manifest, labels, vectors };
}

function* toPosters({ manifest, labels, vectors }: StarterFiles): Generator<NewPoster> {
  const { dimension, modelId } = manifest;
  let at = 0;
  for (const line of labels.toString("utf8").trimEnd().split("\n")) {
    const { views, franchiseId, sha256, ...anime } = LABEL.parse(JSON.parse(line));
    const embeddings = views.map((view) => {
      const embedding = restore(vectors.subarray(at, at + dimension));
      at += dimension;
      return { view, embedding };
    });
    yield { anime, franchiseId, image: null, sha256, source: "starter", addedBy: null, modelId, embeddings };
  }
}

/** The largest number of a vector becomes 127; its length is restored on reading. Costs 0.0001 of a cosine. */
function quantise(embedding: Embedding): Int8Array {
  const largest = embedding.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
  return Int8Array.from(embedding, (value) => Math.round((value / largest) * 127));
}

function restore(bytes: Buffer): Embedding {
  const values = Float32Array.from(bytes, (byte) => (byte << 24) >> 24);
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
}

function hash(...parts: readonly Buffer[]): string {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part);
  return sum.digest("hex");
}
