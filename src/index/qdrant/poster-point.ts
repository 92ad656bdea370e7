import { createHash } from "node:crypto";
import { z } from "zod";
import type { AnilistId } from "../../domain/anime.ts";
import type { Poster, PosterId } from "../../domain/poster.ts";
import { OpfindError } from "../../errors.ts";
import type { Embedding, NewPoster, PosterLabel } from "../../pipeline/ports.ts";
import type { PosterRecord } from "../poster-rows.ts";
import type { PointRecord } from "./points.ts";

/** Below poster_db/. Whoever may write to Qdrant must not choose other files of this machine. */
export const IMAGE_FILE = z.string().regex(/^[0-9a-f]{2}\/[0-9a-f]{64}\.[a-z0-9]{1,8}$/);

/** What is written beside the vectors of a poster. */
const PAYLOAD = z.object({
  sha256: z.string(),
  anilistId: z.int().positive(),
  malId: z.int().positive().nullable(),
  romaji: z.string(),
  english: z.string().nullable(),
  native: z.string().nullable(),
  franchiseId: z.int().positive().nullable(),
  file: IMAGE_FILE.nullable(),
  source: z.string(),
  addedAt: z.string(),
  addedBy: z.string().nullable(),
  /** who added it first: of two that add the same poster at once, one finds its own mark here */
  birth: z.string(),
  /** another one after every change: a copy sees by it what it lacks */
  rev: z.string(),
});
export type PosterPayload = z.infer<typeof PAYLOAD>;

/** The part that is the same for all posters of an anime. */
export type AnimeFacts = Pick<PosterPayload, "anilistId" | "malId" | "romaji" | "english" | "native" | "franchiseId">;

/** Fields that filters look at; each gets a payload index. */
export const INDEXED_FIELDS = {
  anilistId: "integer",
  franchiseId: "integer",
  source: "keyword",
  sha256: "keyword",
} as const;

const ID_BITS = 48;
const VIEWS_PER_POSTER = 32;

/**
 * The id of a poster follows from what it is: two machines that add the same picture for the same anime mean the same
 * point, and a repeated request adds nothing. 48 bits of its hash, since ids are numbers here; two posters in a million
 * share one with a chance of 0.2 %, so the next two ids may stand in.
 */
export function posterIdsFor(sha256: string, anilistId: AnilistId): readonly PosterId[] {
  const hash = createHash("sha256").update(`${sha256}/${anilistId}`).digest();
  const id = hash.readUIntBE(0, ID_BITS / 8);
  return [id, id + 1, id + 2];
}

/** Ascending with the poster and, within it, the place of the view: 53 bits, all that a number holds. */
export function embeddingIdOf(posterId: PosterId, place: number): number {
  if (place >= VIEWS_PER_POSTER) throw new RangeError(`a poster cannot have more than ${VIEWS_PER_POSTER} views`);
  return posterId * VIEWS_PER_POSTER + place;
}

/** The poster that an embedding id belongs to. */
export function posterIdOf(embeddingId: number): PosterId {
  return Math.floor(embeddingId / VIEWS_PER_POSTER);
}

export function factsOf({ anime, franchiseId }: Pick<NewPoster, "anime" | "franchiseId">): AnimeFacts {
  const { anilistId, malId, title } = anime;
  return { anilistId, malId, romaji: title.romaji, english: title.english, native: title.native, franchiseId };
}

/** What is told now, completed by what was known before. */
export function mergeFacts(told: AnimeFacts, known: AnimeFacts | undefined): AnimeFacts {
  if (!known) return told;
  return {
    anilistId: told.anilistId,
    romaji: told.romaji,
    malId: told.malId ?? known.malId,
    english: told.english ?? known.english,
    native: told.native ?? known.native,
    franchiseId: told.franchiseId ?? known.franchiseId,
  };
}

export function areSameFacts(one: AnimeFacts, other: AnimeFacts): boolean {
  const fields = ["malId", "romaji", "english", "native", "franchiseId"] as const;
  return fields.every((field) => one[field] === other[field]);
}

/** @returns undefined for a point that is no poster @throws OpfindError store-broken */
export function readPayload({ id, payload }: PointRecord): PosterPayload | undefined {
  if (!payload || payload["sha256"] === undefined) return undefined;
  const parsed = PAYLOAD.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new OpfindError("store-broken", `What Qdrant stores of poster ${id} is not what opfind writes.`, {
    cause: parsed.error,
    details: { posterId: id },
  });
}

export function toPoster(posterId: PosterId, payload: PosterPayload): Poster {
  const { anilistId, romaji, sha256, file, source, addedAt, addedBy } = payload;
  return { posterId, anilistId, title: romaji, sha256, file, source, addedAt, addedBy };
}

export function toRecord(posterId: PosterId, payload: PosterPayload): PosterRecord {
  const { anilistId, malId, romaji, english, native, franchiseId } = payload;
  return {
    poster: toPoster(posterId, payload),
    anime: { anilistId, malId, title: { romaji, english, native } },
    franchiseId,
  };
}

const LABEL = PAYLOAD.pick({ anilistId: true, romaji: true, franchiseId: true });
export const LABEL_FIELDS = Object.keys(LABEL.shape);

/** @returns undefined for a point that is no poster */
export function readLabel({ id, payload }: PointRecord): PosterLabel | undefined {
  const parsed = LABEL.safeParse(payload);
  if (!parsed.success) return undefined;
  const { anilistId, romaji, franchiseId } = parsed.data;
  return { posterId: id, anilistId, title: romaji, franchiseId };
}

/** @returns undefined when the point has no such vector */
export function vectorOf({ vector }: PointRecord, name: string): Embedding | undefined {
  const values = vector?.[name];
  return values && Float32Array.from(values);
}
