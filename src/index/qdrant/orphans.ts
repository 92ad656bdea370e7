import type { Clock } from "../../pipeline/ports.ts";
import { type PosterFiles, UNFINISHED } from "../poster-files.ts";
import type { QdrantPoints } from "./points.ts";
import type { SharedImages } from "./shared-images.ts";

/** Younger files may belong to a poster that another machine is about to store. */
const ORPHAN_AGE_MS = 60 * 60_000;

export interface Looking {
  readonly files: PosterFiles;
  readonly points: QdrantPoints;
  readonly clock: Pick<Clock, "now">;
  /** pictures that a store of this machine has in the same folder */
  readonly usedHere: () => ReadonlySet<string>;
}

/** Pictures that no poster names, since an hour at least: a kill left them. @throws like `QdrantConnection.ask` */
export async function orphanImages(
  { files, points, clock, usedHere }: Looking,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const before = clock.now() - ORPHAN_AGE_MS;
  const old = (await files.list()).filter((file) => files.isOlder(file, before));
  if (old.length === 0) return [];
  const used = new Set<unknown>(usedHere());
  for await (const { payload } of points.stream({ payload: ["file"] }, signal)) used.add(payload?.["file"]);
  return old.filter((file) => !used.has(file));
}

/** Deletes them; one that is used after all stays, or is put back. @returns how many there were */
export async function sweepOrphans(
  { images, ...looking }: Looking & { readonly images: SharedImages },
  signal: AbortSignal,
): Promise<number> {
  const orphans = await orphanImages(looking, signal);
  for (const file of orphans) {
    if (file.endsWith(UNFINISHED)) looking.files.removeIfPresent(file);
    else await images.release({ file, sha256: file.slice(3, 67) }, signal);
  }
  return orphans.length;
}
