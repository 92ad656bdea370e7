import { z } from "zod";
import { EVERYTHING } from "../pipeline/hits.ts";
import type { Resident } from "../pipeline/resident.ts";
import { anilistId, posterId, posterIdParam } from "./anime-schemas.ts";
import type { App } from "./app.ts";
import { flagText, limitText } from "./hit-schemas.ts";
import { clientLeaving } from "./leaving.ts";
import { RequestProblem } from "./problem.ts";
import { MISSING, PROBLEMS } from "./problem-schema.ts";

const metric = z.enum(["cosine", "dot", "euclidean"]);

const answer = z.object({
  posterId,
  metric,
  neighbours: z
    .array(
      z.object({
        posterId,
        anilistId,
        title: z.string(),
        value: z
          .number()
          .meta({ description: "cosine and dot: higher is closer; euclidean: a distance, lower is closer" }),
      }),
    )
    .readonly()
    .meta({ description: "nearest first" }),
});

/** `GET /api/v1/similarity/vector/{posterId}`: the nearest posters of a stored one, by its embeddings. */
export function vectorRoute(app: App, { resident }: { readonly resident: Pick<Resident, "search"> }): void {
  app.route({
    method: "GET",
    url: "/api/v1/similarity/vector/:posterId",
    config: { role: "read", cost: 2 },
    schema: {
      operationId: "similarPosters",
      summary: "Posters whose embeddings are nearest to those of a stored one",
      description:
        "Embeddings have length 1, so the three metrics order posters alike: dot is the cosine, and euclidean is √(2 − 2 · cosine).",
      tags: ["search"],
      params: z.object({ posterId: posterIdParam }),
      querystring: z.object({
        metric: metric.default("cosine"),
        limit: limitText.default(10),
        perAnime: flagText.default(false),
      }),
      response: { 200: answer, ...PROBLEMS, ...MISSING },
    },
    handler: async ({ params, query }, reply) => {
      const { limit, perAnime: isPerAnime } = query;
      const wish = { limit, threshold: -1, filter: EVERYTHING, isPerAnime };
      const hits = await resident.search.byPoster(params.posterId, wish, clientLeaving(reply));
      if (!hits) throw new RequestProblem("poster-unknown", `There is no poster ${params.posterId} with embeddings.`);
      const neighbours = hits.map((hit) => ({
        posterId: hit.posterId,
        anilistId: hit.anilistId,
        title: hit.title,
        value: measured(hit.score, query.metric),
      }));
      return { posterId: params.posterId, metric: query.metric, neighbours };
    },
  });
}

function measured(cosine: number, as: z.output<typeof metric>): number {
  switch (as) {
    case "cosine":
    case "dot":
      return cosine;
    case "euclidean":
      return Math.sqrt(Math.max(0, 2 - 2 * cosine));
  }
}
