import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import type { App } from "./app.ts";
import {
  filters,
  flagText,
  hit,
  hitFacts,
  limit,
  limitText,
  threshold,
  thresholdText,
  toFilter,
} from "./hit-schemas.ts";
import { jsonText } from "./json-text.ts";
import { turnOf } from "./lane.ts";
import { clientLeaving } from "./leaving.ts";
import {
  contentOf,
  type FetchPicture,
  PICTURE_BODY_LIMIT,
  PICTURE_FORM,
  PICTURE_JSON,
  readPicture,
} from "./picture-body.ts";
import { PICTURE_PROBLEMS, PROBLEMS, SOURCE_PROBLEMS } from "./problem-schema.ts";

const NONE = { notAnilistIds: [], notFranchiseIds: [] };

const body = {
  json: z.strictObject({
    ...PICTURE_JSON,
    limit: limit.default(10),
    threshold: threshold.default(0),
    filters: filters.default(NONE),
    perAnime: z.boolean().default(true).meta({ description: "only the nearest poster of each anime" }),
  }),
  form: z.strictObject({
    ...PICTURE_FORM,
    limit: limitText.default(10),
    threshold: thresholdText.default(0),
    filters: jsonText(filters).default(NONE),
    perAnime: flagText.default(true),
  }),
};

const answer = z.object({
  hits: z.array(hit).readonly().meta({ description: "posters that look like the picture, best first" }),
});

/** `POST /api/v1/search/image`: what in the gallery looks like this picture. */
export function searchImageRoute(
  app: App,
  { resident, fetchPicture }: { readonly resident: Pick<Resident, "search">; readonly fetchPicture: FetchPicture },
): void {
  app.route({
    method: "POST",
    url: "/api/v1/search/image",
    bodyLimit: PICTURE_BODY_LIMIT,
    config: { role: "read", cost: 5 },
    schema: {
      operationId: "searchImage",
      summary: "Posters that look like a picture",
      description:
        "One look at the picture, without a decision: the nearest posters with their scores. `identify` looks at more views and says how sure it is.",
      tags: ["search"],
      body: contentOf(body),
      response: { 200: answer, ...PROBLEMS, ...PICTURE_PROBLEMS, ...SOURCE_PROBLEMS },
    },
    handler: async (request, reply) => {
      const signal = clientLeaving(reply);
      const { asked, picture } = await readPicture(request, { schemas: body, fetch: fetchPicture }, signal);
      const { limit: most, threshold: least, perAnime: isPerAnime } = asked;
      const wish = { limit: most, threshold: least, filter: toFilter(asked.filters), isPerAnime };
      const hits = await resident.search.byPicture(picture, { ...wish, turn: turnOf(request) }, signal);
      return { hits: hits.map(hitFacts) };
    },
  });
}
