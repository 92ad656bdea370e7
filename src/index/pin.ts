import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { syncFolder } from "./poster-files.ts";

/**
 * A rollback: which version of which network's index answers. It holds until the index is built anew or it is lifted.
 * What was stored between the version and the rollback is left out, what is stored later is taken in, and what is removed
 * is hidden: the poster store stays the truth.
 */
const PIN = z.object({
  /** of the models manifest: the network goes back together with its index */
  model: z.string(),
  modelId: z.string(),
  dimension: z.int().positive(),
  version: z.string(),
  kind: z.enum(["exact", "faiss-flat", "faiss-hnsw"]),
  storeId: z.string(),
  /** the last embedding of the version */
  lastEmbeddingId: z.int().nonnegative(),
  /** embeddings after this one came after the rollback */
  resumesAfter: z.int().nonnegative(),
  /** ISO 8601, UTC */
  pinnedAt: z.string(),
});
export type Pin = z.infer<typeof PIN>;

const FILE = z.object({ format: z.literal(1), pin: PIN, sha256: z.string() });

export type PinState =
  | { readonly kind: "none" }
  | { readonly kind: "pinned"; readonly pin: Pin }
  /** the file is there and says nothing that can be trusted */
  | { readonly kind: "damaged"; readonly file: string };

export async function readPin(dataDir: string): Promise<PinState> {
  const file = fileOf(dataDir);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { kind: "none" };
    return { kind: "damaged", file };
  }
  try {
    const { pin, sha256 } = FILE.parse(JSON.parse(text));
    return digest(pin) === sha256 ? { kind: "pinned", pin } : { kind: "damaged", file };
  } catch {
    return { kind: "damaged", file };
  }
}

/** In one step: a kill leaves the former rollback or this one. */
export async function writePin(dataDir: string, pin: Pin): Promise<void> {
  const file = fileOf(dataDir);
  const folder = folderOf(dataDir);
  await mkdir(folder, { recursive: true });
  const part = `${file}.${crypto.randomUUID()}.part`;
  const handle = await open(part, "wx");
  try {
    await handle.writeFile(`${JSON.stringify({ format: 1, pin, sha256: digest(pin) }, null, 1)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
  await syncFolder(folder);
}

export async function removePin(dataDir: string): Promise<void> {
  await rm(fileOf(dataDir), { force: true });
}

const folderOf = (dataDir: string) => join(dataDir, "embeddings", "index");
const fileOf = (dataDir: string) => join(folderOf(dataDir), "pinned.json");

function digest(pin: Pin): string {
  return createHash("sha256")
    .update(JSON.stringify(PIN.parse(pin)))
    .digest("hex");
}
