import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import { anilistId, anilistIdParam } from "./anime-schemas.ts";
import type { App } from "./app.ts";
import { notInGallery } from "./by-id-route.ts";
import { clientLeaving } from "./leaving.ts";
import { BODY_PROBLEMS, MISSING, PROBLEMS, STORE_PROBLEMS } from "./problem-schema.ts";

const answer = z.object({ anilistId, removed: z.int().meta({ description: "posters" }) });

/** `DELETE /api/v1/admin/vectors/{anilistId}`: forgets every poster of an anime, with its pictures. */
export function forgetRoute(app: App, { resident }: { readonly resident: Pick<Resident, "search" | "forget"> }): void {
  app.route({
    method: "DELETE",
    url: "/api/v1/admin/vectors/:anilistId",
    config: { role: "write" },
    schema: {
      operationId: "forgetAnime",
      summary: "Forgets every poster of an anime",
      tags: ["admin"],
      params: z.object({ anilistId: anilistIdParam }),
      response: { 200: answer, ...PROBLEMS, ...BODY_PROBLEMS, ...MISSING, ...STORE_PROBLEMS },
    },
    handler: async ({ params }, reply) => {
      const posters = await resident.search.postersOf(params.anilistId, clientLeaving(reply));
      if (posters.length === 0) throw notInGallery(params.anilistId);
      let removed = 0;
      for (const { posterId } of posters) if (await resident.forget(posterId)) removed++;
      return { anilistId: params.anilistId, removed };
    },
  });
}
