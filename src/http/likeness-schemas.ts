import { z } from "zod";
import type { AnimeLikeness } from "../pipeline/gallery-search.ts";
import { anilistId, posterId, score } from "./anime-schemas.ts";

const similar = z.object({
  anilistId,
  title: z.string(),
  franchiseId: anilistId.nullable(),
  score,
  because: z
    .object({ posterId, similarPosterId: posterId })
    .meta({ description: "the pair of posters that comes nearest: one of the anime asked about, one of this one" }),
});

export const likeness = z.object({
  anilistId,
  title: z.string(),
  franchiseId: anilistId.nullable(),
  similar: z.array(similar).readonly().meta({ description: "best first" }),
});

export function likenessFacts({ anilistId: id, title, franchiseId, similar: others }: AnimeLikeness) {
  const told = others.map(({ hit, ownPosterId }) => ({
    anilistId: hit.anilistId,
    title: hit.title,
    franchiseId: hit.franchiseId,
    score: hit.score,
    because: { posterId: ownPosterId, similarPosterId: hit.posterId },
  }));
  return { anilistId: id, title, franchiseId, similar: told };
}
