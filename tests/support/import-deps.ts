import { setImmediate as nextTurn } from "node:timers/promises";
import { OpfindError } from "../../src/errors.ts";
import type { ImportDeps } from "../../src/pipeline/import.ts";
import type { Clock, RgbImage } from "../../src/pipeline/ports.ts";
import { readImageFile } from "../../src/pipeline/read-image-file.ts";
import { embeddingOf, stillClock } from "./posters.ts";

const TITLES: Readonly<Record<string, number>> = {
  "Steins Gate": 9253,
  "Haikyuu!!": 20464,
  "Haikyuu!! 2nd Season": 20992,
};

/** A fake network: pictures whose text starts with "bad" cannot be decoded, a view's number is its embedding. */
export function importDeps(): Omit<ImportDeps, "store"> & { readonly clock: Clock } {
  return {
    clock: stillClock(),
    read: readImageFile,
    async decode(bytes) {
      const text = Buffer.from(bytes).toString();
      if (text.startsWith("bad")) throw new OpfindError("image-corrupt", "The picture is damaged.");
      return { data: Uint8Array.from(bytes), width: bytes.length, height: 1 };
    },
    galleryViews: (image: RgbImage) => ["full", "centre"].map((name) => ({ name, image })),
    embedder: {
      modelId: "model-a",
      async embed(images, signal) {
        await nextTurn();
        if (signal.aborted) throw new OpfindError("aborted", "Stopped on request.");
        return images.map(({ data }, i) => embeddingOf((data.at(-1) ?? 0) * 2 + (i % 2)));
      },
    },
    anilistIdOf: (malId) => (malId === 1 ? 101 : null),
    async resolveTitle(title) {
      const id = TITLES[title];
      if (id !== undefined) return id;
      if (title.startsWith("Fate")) throw new OpfindError("title-ambiguous", `"${title}" may be any of 9 anime.`);
      if (title.startsWith("Down")) throw new OpfindError("source-down", "AniList is down.");
      throw new OpfindError("title-unknown", `No anime is called "${title}".`);
    },
    franchiseIdOf: async (anilistId) => (anilistId === 20992 ? 20464 : null),
    onProgress: () => {},
  };
}
