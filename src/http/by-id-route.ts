import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import { anilistId, anilistIdParam, posterId } from "./anime-schemas.ts";
import type { App } from "./app.ts";
import { clientLeaving } from "./leaving.ts";
import { RequestProblem } from "./problem.ts";
import { MISSING, PROBLEMS } from "./problem-schema.ts";

const answer = z.object({
  anilistId,
  title: z.string(),
  posters: z
    .array(
      z.object({
        posterId,
        source: z.string().meta({ description: "import, anilist, starter, confirmation, api …" }),
        addedAt: z.iso.datetime(),
        hasImage: z.boolean().meta({ description: "false when only its embeddings are known" }),
      }),
    )
    .readonly()
    .meta({ description: "oldest first" }),
});

/** `GET /api/v1/search/by-id/{anilistId}`: what the gallery knows of an anime. */
export function byIdRoute(app: App, { resident }: { readonly resident: Pick<Resident, "search"> }): void {
  app.route({
    method: "GET",
    url: "/api/v1/search/by-id/:anilistId",
    config: { role: "read" },
    schema: {
      operationId: "postersOf",
      summary: "The posters that the gallery has of an anime",
      tags: ["search"],
      params: z.object({ anilistId: anilistIdParam }),
      response: { 200: answer, ...PROBLEMS, ...MISSING },
    },
    handler: async ({ params }, reply) => {
      const posters = await resident.search.postersOf(params.anilistId, clientLeaving(reply));
      const [first] = posters;
      if (!first) throw notInGallery(params.anilistId);
      const told = posters.map(({ posterId: id, source, addedAt, file }) => ({
        posterId: id,
        source,
        addedAt,
        hasImage: file !== null,
      }));
      return { anilistId: params.anilistId, title: first.title, posters: told };
    },
  });
}

export function notInGallery(id: number): RequestProblem {
  return new RequestProblem("not-in-gallery", `The gallery has no poster of the anime ${id} (AniList).`);
}
