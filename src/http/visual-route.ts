import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import { anilistIdParam } from "./anime-schemas.ts";
import type { App } from "./app.ts";
import { notInGallery } from "./by-id-route.ts";
import { flagText, limitText, thresholdText } from "./hit-schemas.ts";
import { clientLeaving } from "./leaving.ts";
import { likeness, likenessFacts } from "./likeness-schemas.ts";
import { MISSING, PROBLEMS } from "./problem-schema.ts";

/** `GET /api/v1/similarity/visual/{anilistId}`: anime whose posters look alike, and which posters those are. */
export function visualRoute(app: App, { resident }: { readonly resident: Pick<Resident, "search"> }): void {
  app.route({
    method: "GET",
    url: "/api/v1/similarity/visual/:anilistId",
    config: { role: "read", cost: 2 },
    schema: {
      operationId: "similarAnime",
      summary: "Anime whose posters look like those of this one",
      tags: ["search"],
      params: z.object({ anilistId: anilistIdParam }),
      querystring: z.object({
        limit: limitText.default(10),
        threshold: thresholdText.default(0),
        sameFranchise: flagText.default(false).meta({ description: "true tells seasons of the same story, too" }),
      }),
      response: { 200: likeness, ...PROBLEMS, ...MISSING },
    },
    handler: async ({ params, query }, reply) => {
      const { limit, threshold, sameFranchise: isFranchiseTold } = query;
      const wish = { limit, threshold, isFranchiseTold };
      const found = await resident.search.byAnime(params.anilistId, wish, clientLeaving(reply));
      if (!found) throw notInGallery(params.anilistId);
      return likenessFacts(found);
    },
  });
}
