import { z } from "zod";
import { OpfindError } from "../errors.ts";
import type { Resident } from "../pipeline/resident.ts";
import { failureFacts } from "../presenters/failure.ts";
import type { App } from "./app.ts";
import { flagText } from "./hit-schemas.ts";
import { answerPicture, identification, trouble } from "./identify-answer.ts";
import { turnOf } from "./lane.ts";
import { clientLeaving } from "./leaving.ts";
import { contentOf, type FetchPicture, filePart, PICTURE_JSON, pictureOf, readBody } from "./picture-body.ts";
import { PICTURE_PROBLEMS, PROBLEMS } from "./problem-schema.ts";

export const MOST_PICTURES = 16;
/** Sixteen posters of 1.5 MB in base64; larger pictures go in fewer at a time. */
const BODY_LIMIT = 32 * 1024 * 1024;

const picture = z.strictObject({
  id: z.string().min(1).max(100).optional().meta({ description: "a name of yours, told again; its place otherwise" }),
  ...PICTURE_JSON,
});

const body = {
  json: z.strictObject({
    pictures: z.array(picture).min(1).max(MOST_PICTURES),
    songs: z.boolean().default(false),
  }),
  form: z.strictObject({
    images: z.union([filePart.transform((file) => [file]), z.array(filePart).min(1).max(MOST_PICTURES)]),
    songs: flagText.default(false),
  }),
};

const answer = z.object({
  answers: z
    .array(
      z.object({
        id: z.string(),
        identification: identification.nullable().meta({ description: "null for a picture that cannot be used" }),
        trouble: trouble.nullable().meta({ description: "why it cannot be used" }),
      }),
    )
    .readonly()
    .meta({ description: "one for each picture, in their order" }),
});

interface Deps {
  readonly resident: Pick<Resident, "identify" | "songsOf">;
  readonly fetchPicture: FetchPicture;
}

/** `POST /api/v1/identify/batch`: several pictures; one that is broken does not spoil the others. */
export function identifyBatchRoute(app: App, { resident, fetchPicture }: Deps): void {
  app.route({
    method: "POST",
    url: "/api/v1/identify/batch",
    bodyLimit: BODY_LIMIT,
    config: { role: "read", cost: 40 },
    schema: {
      operationId: "identifyBatch",
      summary: `The anime of up to ${MOST_PICTURES} pictures`,
      tags: ["recognition"],
      body: contentOf(body),
      response: { 200: answer, ...PROBLEMS, ...PICTURE_PROBLEMS },
    },
    handler: async (request, reply) => {
      const signal = clientLeaving(reply);
      const asked = readBody(request, body);
      const pictures = "pictures" in asked ? asked.pictures : asked.images.map((image) => ({ image }));
      const answers: z.output<typeof answer>["answers"][number][] = [];
      // One after another: a batch takes one place in its lane of the queue, whatever its size.
      for (const [at, one] of pictures.entries()) {
        const id = ("id" in one ? one.id : undefined) ?? String(at);
        const question = { isWithSongs: asked.songs, turn: turnOf(request) };
        answers.push({
          id,
          ...(await orTrouble(async () => {
            const bytes = await pictureOf(one, fetchPicture, signal);
            return await answerPicture({ ...question, picture: bytes }, resident, signal);
          })),
        });
      }
      return { answers };
    },
  });
}

type Told = Omit<z.output<typeof answer>["answers"][number], "id">;

/** The picture's own trouble is told beside the others' answers; trouble that every picture would have ends the batch. */
async function orTrouble(ask: () => Promise<NonNullable<Told["identification"]>>): Promise<Told> {
  try {
    return { identification: await ask(), trouble: null };
  } catch (error) {
    if (!(error instanceof OpfindError) || !isOfPicture(error)) throw error;
    return { identification: null, trouble: failureFacts(error) };
  }
}

function isOfPicture({ code }: OpfindError): boolean {
  return (
    code.startsWith("image-") || code.startsWith("source-") || code === "url-forbidden" || code === "cover-missing"
  );
}
