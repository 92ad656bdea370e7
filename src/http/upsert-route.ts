import { z } from "zod";
import type { Anime } from "../domain/anime.ts";
import { OpfindError } from "../errors.ts";
import type { PosterToLearn } from "../pipeline/learn-poster.ts";
import type { Resident } from "../pipeline/resident.ts";
import { sniff } from "../pipeline/sniff.ts";
import { anilistId, anilistIdParam, posterId } from "./anime-schemas.ts";
import type { App } from "./app.ts";
import { nameOf, turnOf } from "./lane.ts";
import { clientLeaving } from "./leaving.ts";
import {
  contentOf,
  type FetchPicture,
  PICTURE_BODY_LIMIT,
  PICTURE_FORM,
  PICTURE_JSON,
  readPicture,
} from "./picture-body.ts";
import { PICTURE_PROBLEMS, PROBLEMS, SOURCE_PROBLEMS, STORE_PROBLEMS } from "./problem-schema.ts";

const title = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .meta({ description: "its romaji title; AniList is asked for it otherwise", examples: ["Shingeki no Kyojin"] });

const body = {
  json: z.strictObject({
    anilistId,
    title: title.optional(),
    ...PICTURE_JSON,
  }),
  form: z.strictObject({
    anilistId: anilistIdParam,
    title: title.optional(),
    ...PICTURE_FORM,
  }),
};

const answer = z.object({
  posterId,
  anilistId,
  outcome: z.enum(["added", "duplicate"]).meta({ description: "duplicate: these bytes were there already" }),
  sha256: z.string(),
});

interface Deps {
  readonly resident: Pick<Resident, "learn" | "card">;
  readonly fetchPicture: FetchPicture;
}

/** `POST /api/v1/admin/vectors/upsert`: teaches a poster. It is stored for good, and can be found, when this answers. */
export function upsertRoute(app: App, { resident, fetchPicture }: Deps): void {
  app.route({
    method: "POST",
    url: "/api/v1/admin/vectors/upsert",
    bodyLimit: PICTURE_BODY_LIMIT,
    config: { role: "write", cost: 5 },
    schema: {
      operationId: "upsertPoster",
      summary: "Teaches a poster of an anime",
      description: "Stored for good, and found from now on, once this answers. The same picture again adds nothing.",
      tags: ["admin"],
      body: contentOf(body),
      response: { 200: answer, 201: answer, ...PROBLEMS, ...PICTURE_PROBLEMS, ...SOURCE_PROBLEMS, ...STORE_PROBLEMS },
    },
    handler: async (request, reply) => {
      const signal = clientLeaving(reply);
      const { asked, picture: bytes } = await readPicture(request, { schemas: body, fetch: fetchPicture }, signal);
      const anime = await animeOf(asked, resident, signal);
      const file = `${asked.anilistId}.${sniff(bytes)}`;
      const poster: PosterToLearn = { bytes, file, anime, source: "api", addedBy: nameOf(request) };
      const learned = await resident.learn(poster, turnOf(request), signal);
      reply.code(learned.kind === "added" ? 201 : 200);
      const { posterId: id, kind: outcome, sha256 } = learned;
      return { posterId: id, anilistId: asked.anilistId, outcome, sha256 };
    },
  });
}

async function animeOf(
  { anilistId: id, title: romaji }: { readonly anilistId: number; readonly title?: string | undefined },
  resident: Pick<Resident, "card">,
  signal: AbortSignal,
): Promise<Pick<Anime, "anilistId" | "malId" | "title">> {
  if (romaji !== undefined) return { anilistId: id, malId: null, title: { romaji, english: null, native: null } };
  const card = await resident.card(id, signal);
  if (card) return card;
  throw new OpfindError("anime-unknown", `No source knows an anime with the AniList id ${id}.`);
}
