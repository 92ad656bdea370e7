import type { NewPoster } from "../../pipeline/ports.ts";
import type { PosterFiles } from "../poster-files.ts";
import type { QdrantPoints } from "./points.ts";
import { IMAGE_FILE } from "./poster-point.ts";

/**
 * The pictures of the posters. Qdrant is no store of files: every instance has the same `poster_db/` mounted, files are
 * named by their content, and points name the file. No lock spans both, so each side looks again after its own change:
 * whoever adds writes the file anew when it is gone, whoever removes puts it back when it is used after all.
 */
export class SharedImages {
  readonly #files: PosterFiles;
  readonly #points: QdrantPoints;

  constructor(files: PosterFiles, points: QdrantPoints) {
    this.#files = files;
    this.#points = points;
  }

  read(file: string): Promise<Uint8Array> {
    return this.#files.read(file);
  }

  /** Writes the image unless the same bytes are there. @returns its name; null when there is no image */
  async keep({ image, sha256 }: NewPoster, signal: AbortSignal): Promise<string | null> {
    if (!image) return null;
    const used = await this.#points.first(usesOf(sha256), { payload: ["file"] }, signal);
    const known = IMAGE_FILE.safeParse(used?.payload?.["file"]);
    const file = known.success ? known.data : this.#files.nameOf(sha256, image.extension);
    await this.confirm(file, image.bytes);
    return file;
  }

  async confirm(file: string, bytes: Uint8Array): Promise<void> {
    if (!this.#files.has(file)) await this.#files.write(file, bytes);
  }

  /** Deletes an image that no point names any more. */
  async release({ file, sha256 }: { readonly file: string; readonly sha256: string }, signal: AbortSignal) {
    const isUsed = async () => (await this.#points.count(usesOf(sha256), signal)) > 0;
    if ((await isUsed()) || !this.#files.has(file)) return;
    const bytes = await this.#files.read(file);
    this.#files.removeIfPresent(file);
    if (await isUsed()) await this.confirm(file, bytes);
  }
}

function usesOf(sha256: string) {
  return { must: [{ key: "sha256", match: { value: sha256 } }], must_not: [{ is_empty: { key: "file" } }] };
}
