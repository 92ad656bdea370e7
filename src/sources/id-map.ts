import { join } from "node:path";
import { z } from "zod";
import type { AnilistId, MalId } from "../domain/anime.ts";
import { broken, unpack } from "./snapshot-file.ts";

const File = z.object({
  version: z.literal(1),
  date: z.iso.date(),
  /** differences to the id before */
  anilist: z.array(z.int()),
  /** differences to what the distance to the id before predicts */
  mal: z.array(z.int()),
});

/** Pairs of AniList and MyAnimeList ids (Fribb/anime-lists, ODbL 1.0), one to one. */
export interface IdMap {
  /** number of pairs */
  readonly size: number;
  /** ISO day of the list */
  readonly date: string;
  /** null when the list has no such pair */
  malId(id: AnilistId): MalId | null;
  anilistId(id: MalId): AnilistId | null;
}

/**
 * Reads the bundled list of 18,719 pairs.
 * @param home folder of the checkout or the installed package
 * @throws OpfindError source-down when the file cannot be read, source-other-shape when it is not such a list
 */
export async function openIdMap(home: string): Promise<IdMap> {
  const path = join(home, "embeddings/starter/id-map.json.gz");
  const text = await unpack(path);
  try {
    const { date, anilist, mal } = File.parse(JSON.parse(text));
    if (anilist.length !== mal.length) throw new RangeError(`${anilist.length} ids against ${mal.length}`);
    const pairs = decode(anilist, mal);
    const malIds = new Map(pairs);
    const anilistIds = new Map(pairs.map(([id, malId]) => [malId, id]));
    return {
      size: pairs.length,
      date,
      malId: (id) => malIds.get(id) ?? null,
      anilistId: (id) => anilistIds.get(id) ?? null,
    };
  } catch (cause) {
    throw broken(path, cause);
  }
}

function decode(anilist: readonly number[], mal: readonly number[]): readonly (readonly [AnilistId, MalId])[] {
  let id = 0;
  let malId = 0;
  return anilist.map((step, at) => {
    id += step;
    malId += step + (mal[at] ?? 0);
    return [id, malId] as const;
  });
}
