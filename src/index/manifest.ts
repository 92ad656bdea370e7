import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";

const INDEX_KIND = z.enum(["exact", "faiss-flat", "faiss-hnsw"]);
export type IndexKind = z.infer<typeof INDEX_KIND>;

const checkedFile = z.object({ file: z.string(), bytes: z.int(), sha256: z.string() });

/**
 * Says what a snapshot was made from. It is the last thing written and names the folder of its files, so a snapshot is
 * there as a whole or not at all.
 */
const MANIFEST = z.object({
  format: z.literal(1),
  kind: INDEX_KIND,
  modelId: z.string(),
  dimension: z.int().positive(),
  storeId: z.string(),
  rows: z.int().nonnegative(),
  lastEmbeddingId: z.int().nonnegative(),
  lastRemovalId: z.int().nonnegative(),
  /** ISO 8601, UTC */
  builtAt: z.string(),
  vectors: checkedFile,
  labels: checkedFile,
});
export type IndexManifest = z.infer<typeof MANIFEST>;
export type CheckedFile = z.infer<typeof checkedFile>;

/** Row n of the vectors is row n of `rows`. Titles are for people and other programs; opfind asks the poster store. */
export interface Labels {
  /** [embeddingId, posterId] */
  readonly rows: readonly LabelRow[];
  /** [posterId, anilistId, title] */
  readonly posters: readonly (readonly [number, number, string])[];
}
type LabelRow = readonly [number, number];

/** What is read of them, in one look: a schema of zod's for each of 200,000 rows took 0.4 s and 30 MB more. */
export const LABELS: z.ZodType<Pick<Labels, "rows">> = z.object({
  rows: z.custom<readonly LabelRow[]>((rows) => Array.isArray(rows) && rows.every(isLabelRow)),
});

function isLabelRow(row: unknown): boolean {
  return Array.isArray(row) && row.length === 2 && row.every(Number.isSafeInteger);
}

const NAME = "manifest.json";

/** @returns null when there is none, or one that cannot be read: both mean "build" */
export async function readManifest(folder: string): Promise<IndexManifest | null> {
  try {
    const parsed = MANIFEST.safeParse(JSON.parse(await readFile(join(folder, NAME), "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Puts a manifest in the place of the former one, in one step. */
export async function writeManifest(folder: string, manifest: IndexManifest): Promise<void> {
  const part = join(folder, `${NAME}.part`);
  const handle = await open(part, "w");
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 1)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, join(folder, NAME));
}

/** Forces a finished file to the disk and measures it. @param file relative to `folder` */
export async function checkFile(folder: string, file: string): Promise<CheckedFile> {
  const handle = await open(join(folder, file), "r+");
  try {
    await handle.sync();
    const { size } = await handle.stat();
    return { file, bytes: size, sha256: await hashFile(join(folder, file)) };
  } finally {
    await handle.close();
  }
}

/** @returns lower-case hex */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}
