import type { Client } from "@urql/core";
import { z } from "zod";
import type { AnilistId } from "../domain/anime.ts";
import { OpfindError } from "../errors.ts";
import { ask } from "./graphql.ts";

/** The largest chunk AniList gives. https://docs.anilist.co/reference/query#medialistcollection */
const PER_CHUNK = 500;
/** 10,000 anime: far more than anyone has seen. */
const MAX_CHUNKS = 20;

/** https://docs.anilist.co/reference/enum/medialiststatus */
export const LIST_STATUSES = ["CURRENT", "PLANNING", "COMPLETED", "DROPPED", "PAUSED", "REPEATING"] as const;
export type ListStatus = (typeof LIST_STATUSES)[number];

interface ListRequest {
  readonly userName: string;
  /** undefined: all of them */
  readonly statuses: readonly ListStatus[] | undefined;
}

/** The anime of a user's public list, each once. @throws OpfindError list-missing | source-… | aborted */
export type UserList = (request: ListRequest, signal: AbortSignal) => Promise<readonly AnilistId[]>;

export function openUserList(client: Client): UserList {
  return async (request, signal) => {
    const ids = new Set<AnilistId>();
    for (let chunk = 1; chunk <= MAX_CHUNKS; chunk++) {
      const { lists, hasNextChunk } = await askChunk(client, { ...request, chunk }, signal);
      for (const entry of (lists ?? []).flatMap((list) => list?.entries ?? [])) if (entry) ids.add(entry.mediaId);
      if (!hasNextChunk) break;
    }
    return [...ids];
  };
}

type ChunkRequest = ListRequest & { readonly chunk: number };

async function askChunk(client: Client, { userName, statuses, chunk }: ChunkRequest, signal: AbortSignal) {
  const variables = { userName, statuses, chunk };
  const question = { service: "AniList", document: ANIME_LIST, answer: ListAnswer, variables };
  try {
    const { MediaListCollection } = await ask(client, question, signal);
    if (MediaListCollection) return MediaListCollection;
  } catch (error) {
    if (!(error instanceof OpfindError) || !isMissing(error.details)) throw error;
  }
  // The service answers 404 to both, so that nobody can tell a private list from a user who does not exist.
  throw new OpfindError("list-missing", `AniList shows no list of "${userName}": no such user, or a private list.`);
}

function isMissing({ status }: OpfindError["details"]): boolean {
  return status === 404;
}

/** https://docs.anilist.co/reference/object/medialistcollection */
export const ANIME_LIST = `
  query AnimeList($userName: String!, $statuses: [MediaListStatus], $chunk: Int!) {
    MediaListCollection(
      userName: $userName, type: ANIME, status_in: $statuses
      forceSingleCompletedList: true, chunk: $chunk, perChunk: ${PER_CHUNK}
    ) {
      hasNextChunk
      lists { entries { mediaId } }
    }
  }`;

const entry = z.object({ mediaId: z.number().int() });
const group = z.object({ entries: z.array(entry.nullable()).nullish() });

const ListAnswer = z.object({
  MediaListCollection: z
    .object({ hasNextChunk: z.boolean().nullish(), lists: z.array(group.nullable()).nullish() })
    .nullable(),
});
