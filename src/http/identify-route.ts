import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import type { App } from "./app.ts";
import { flagText } from "./hit-schemas.ts";
import { answerPicture, identification } from "./identify-answer.ts";
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

const body = {
  json: z.strictObject({
    ...PICTURE_JSON,
    songs: z.boolean().default(true).meta({ description: "false only names the anime" }),
  }),
  form: z.strictObject({
    ...PICTURE_FORM,
    songs: flagText.default(true),
  }),
};

interface Deps {
  readonly resident: Pick<Resident, "identify" | "songsOf">;
  readonly fetchPicture: FetchPicture;
}

/** `POST /api/v1/identify`: the anime of a picture and all its songs. */
export function identifyRoute(app: App, { resident, fetchPicture }: Deps): void {
  app.route({
    method: "POST",
    url: "/api/v1/identify",
    bodyLimit: PICTURE_BODY_LIMIT,
    config: { role: "read", cost: 5 },
    schema: {
      operationId: "identify",
      summary: "The anime of a picture, and every opening and ending of all its seasons",
      description:
        "`match` names one anime, `ambiguous` at most three that it could be, `unknown` none. What a source could not tell stands in `songs.missing`.",
      tags: ["recognition"],
      body: contentOf(body),
      response: { 200: identification, ...PROBLEMS, ...PICTURE_PROBLEMS, ...SOURCE_PROBLEMS },
    },
    handler: async (request, reply) => {
      const signal = clientLeaving(reply);
      const { asked, picture } = await readPicture(request, { schemas: body, fetch: fetchPicture }, signal);
      return await answerPicture({ picture, isWithSongs: asked.songs, turn: turnOf(request) }, resident, signal);
    },
  });
}
