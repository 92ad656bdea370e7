import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import type { App } from "./app.ts";
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
import { verdictFacts, verdictShape } from "./recognition-schemas.ts";

const body = {
  json: z.strictObject(PICTURE_JSON),
  form: z.strictObject(PICTURE_FORM),
};

const box = z
  .object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() })
  .meta({ description: "pixels of the picture, upright" });

const answer = z.object({
  rows: z
    .array(
      z.object({
        row: z.int().meta({ description: "1 is the topmost" }),
        colour: z
          .string()
          .nullable()
          .meta({ description: "of the row's label", examples: ["#ff7f7f"] }),
        cells: z.array(z.object({ box, ...verdictShape })).readonly(),
      }),
    )
    .readonly(),
  unread: z.int().meta({ description: "pictures beyond those that are read at most" }),
});

interface Deps {
  readonly resident: Pick<Resident, "readTierList">;
  readonly fetchPicture: FetchPicture;
}

/** `POST /api/v1/tierlist`: names every picture of a tier list or collage. */
export function tierListRoute(app: App, { resident, fetchPicture }: Deps): void {
  app.route({
    method: "POST",
    url: "/api/v1/tierlist",
    bodyLimit: PICTURE_BODY_LIMIT,
    config: { role: "read", cost: 40 },
    schema: {
      operationId: "readTierList",
      summary: "Every anime of a tier list or collage",
      description: "The songs of each are at `/api/v1/songs/{anilistId}`.",
      tags: ["recognition"],
      body: contentOf(body),
      response: { 200: answer, ...PROBLEMS, ...PICTURE_PROBLEMS, ...SOURCE_PROBLEMS },
    },
    handler: async (request, reply) => {
      const signal = clientLeaving(reply);
      const { picture } = await readPicture(request, { schemas: body, fetch: fetchPicture }, signal);
      const { rows, unread } = await resident.readTierList(picture, turnOf(request), signal);
      const told = rows.map(({ row, colour, cells }) => ({
        row,
        colour,
        cells: cells.map(({ box: { left, top, width, height }, verdict }) => ({
          box: { left, top, width, height },
          ...verdictFacts(verdict),
        })),
      }));
      return { rows: told, unread };
    },
  });
}
