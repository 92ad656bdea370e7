import { mkdir, rename, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { OpfindError } from "../errors.ts";
import type { GalleryStore } from "../index/gallery-store.ts";
import type { PosterRecord } from "../index/poster-rows.ts";
import type { VerbContext } from "./verb.ts";

/**
 * Writes every stored picture and a manifest. Posters of the starter pack have no picture and are counted apart.
 * @throws OpfindError file-missing | file-unreadable | disk-full | aborted
 */
export async function exportPosters(
  store: GalleryStore,
  dir: string,
  { output, signal }: Pick<VerbContext, "output" | "signal">,
): Promise<void> {
  const rows = [];
  let withoutPicture = 0;
  try {
    await mkdir(dir, { recursive: true });
    for await (const record of store.records()) {
      if (signal.aborted) throw new OpfindError("aborted", "The export was stopped.", { cause: signal.reason });
      const bytes = await store.image(record.poster.posterId);
      if (bytes === null) {
        withoutPicture++;
        continue;
      }
      const row = toRow(record);
      await writeFile(join(dir, row.file), bytes);
      rows.push(row);
    }
    // Last and in one step: a folder with a manifest is complete.
    await writeFile(join(dir, "manifest.json.part"), `${JSON.stringify(rows, null, 1)}\n`);
    await rename(join(dir, "manifest.json.part"), join(dir, "manifest.json"));
  } catch (error) {
    throw explain(dir, error);
  }
  output.line(`${rows.length} pictures and manifest.json written to ${dir}`);
  if (withoutPicture > 0)
    output.note(`${withoutPicture} posters of the starter pack have no picture and were left out`);
}

function toRow({ poster, anime, franchiseId }: PosterRecord) {
  const { anilistId, malId, title } = anime;
  const { posterId, source, addedAt, file } = poster;
  return {
    file: `${anilistId}-${posterId}${extname(file ?? "")}`,
    title: title.romaji,
    titleEnglish: title.english,
    titleNative: title.native,
    anilistId,
    malId,
    franchiseId,
    source,
    addedAt,
  };
}

function explain(dir: string, error: unknown): unknown {
  if (error instanceof OpfindError || !(error instanceof Error) || !("code" in error)) return error;
  if (error.code === "ENOSPC") return new OpfindError("disk-full", `The disk of ${dir} is full.`, { cause: error });
  return new OpfindError("file-unreadable", `${dir} cannot be written: ${error.message}.`, { cause: error });
}
