import { z } from "zod";
import type { Hit } from "../pipeline/hits.ts";
import { anilistId, posterId, score } from "./anime-schemas.ts";

const MOST_HITS = 100;
const MOST_IDS = 1_000;

export const hit = z.object({
  posterId,
  anilistId,
  title: z.string(),
  franchiseId: anilistId.nullable().meta({ description: "the same for all seasons of a story; null when unknown" }),
  score,
});

/** A hit carries what its label has besides; the API tells what it documents. */
export function hitFacts({ posterId: id, anilistId: anime, title, franchiseId, score: cosine }: Hit) {
  return { posterId: id, anilistId: anime, title, franchiseId, score: cosine };
}

const ids = z.array(anilistId).max(MOST_IDS);

export const filters = z
  .strictObject({
    anilistIds: ids.min(1).optional().meta({ description: "only these anime" }),
    franchiseIds: ids.min(1).optional().meta({ description: "only these franchises" }),
    notAnilistIds: ids.default([]).meta({ description: "none of these anime" }),
    notFranchiseIds: ids.default([]).meta({ description: "none of these franchises" }),
  })
  .meta({ description: "which posters may be told", examples: [{ notAnilistIds: [16498] }] });

export type Filters = z.output<typeof filters>;

export function toFilter({ anilistIds = [], franchiseIds = [], notAnilistIds, notFranchiseIds }: Filters) {
  return {
    anilistIds: anilistIds.length > 0 ? anilistIds : null,
    franchiseIds: franchiseIds.length > 0 ? franchiseIds : null,
    notAnilistIds,
    notFranchiseIds,
  };
}

export const limit = z.int().min(1).max(MOST_HITS).meta({ description: "most results told" });
export const threshold = z.number().min(-1).max(1).meta({ description: "results below this cosine are left out" });

/** A number that arrives as text, in a query or a form. */
export const limitText = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number)
  .pipe(limit);
export const thresholdText = z
  .string()
  .regex(/^-?(?:0|1)(?:\.\d{1,17})?$/)
  .transform(Number)
  .pipe(threshold);
export const flagText = z.enum(["true", "false"]).transform((text) => text === "true");
