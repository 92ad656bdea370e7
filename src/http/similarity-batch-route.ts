import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import { anilistId } from "./anime-schemas.ts";
import type { App } from "./app.ts";
import { limit, threshold } from "./hit-schemas.ts";
import { clientLeaving } from "./leaving.ts";
import { likeness, likenessFacts } from "./likeness-schemas.ts";
import { BODY_PROBLEMS, PROBLEMS } from "./problem-schema.ts";

const MOST_ANIME = 50;

const body = z.strictObject({
  anilistIds: z.array(anilistId).min(1).max(MOST_ANIME),
  limit: limit.default(10),
  threshold: threshold.default(0),
  sameFranchise: z.boolean().default(false).meta({ description: "true tells seasons of the same story, too" }),
});

const answer = z.object({
  answers: z.array(likeness).readonly(),
  notInGallery: z.array(anilistId).readonly().meta({ description: "anime that the gallery has no poster of" }),
});

/** `POST /api/v1/similarity/batch`: `similarity/visual` for many anime, each with the posters that explain it. */
export function similarityBatchRoute(app: App, { resident }: { readonly resident: Pick<Resident, "search"> }): void {
  app.route({
    method: "POST",
    url: "/api/v1/similarity/batch",
    config: { role: "read", cost: 20 },
    schema: {
      operationId: "similarAnimeBatch",
      summary: "Anime that look like each of these, and which posters make them so",
      tags: ["search"],
      body,
      response: { 200: answer, ...PROBLEMS, ...BODY_PROBLEMS },
    },
    handler: async (request, reply) => {
      const signal = clientLeaving(reply);
      const { anilistIds, sameFranchise: isFranchiseTold, ...rest } = request.body;
      const answers: z.output<typeof likeness>[] = [];
      const unknown: number[] = [];
      for (const id of new Set(anilistIds)) {
        const found = await resident.search.byAnime(id, { ...rest, isFranchiseTold }, signal);
        if (found) answers.push(likenessFacts(found));
        else unknown.push(id);
      }
      return { answers, notInGallery: unknown };
    },
  });
}
