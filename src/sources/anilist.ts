import type { Client } from "@urql/core";
import { z } from "zod";
import type { AnilistId, Anime, AnimeFormat } from "../domain/anime.ts";
import type { Relation } from "../domain/franchise.ts";
import type { AnimeNode, AnimeSource } from "../pipeline/ports.ts";
import { chunks } from "./chunks.ts";
import { ask } from "./graphql.ts";

/** https://docs.anilist.co/guide/graphql/pagination */
const MAX_PER_PAGE = 50;

/**
 * Identity and relations from AniList, which knows no songs. Layers of a franchise are asked 50 ids at a time: one
 * alias per anime would break the limit on complexity (500).
 */
export class AniList implements AnimeSource {
  readonly name = "anilist";
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async anime(ids: readonly AnilistId[], signal: AbortSignal): Promise<ReadonlyMap<AnilistId, AnimeNode>> {
    const nodes = new Map<AnilistId, AnimeNode>();
    for (const page of chunks([...new Set(ids)], MAX_PER_PAGE)) {
      const question = { service: "AniList", document: FRANCHISE_LAYER, answer: LayerAnswer, variables: { ids: page } };
      const { Page } = await ask(this.#client, question, signal);
      for (const media of Page.media) nodes.set(media.id, toNode(media));
    }
    return nodes;
  }

  async searchTitle(title: string, limit: number, signal: AbortSignal): Promise<readonly Anime[]> {
    const variables = { search: title, perPage: Math.min(limit, MAX_PER_PAGE) };
    const question = { service: "AniList", document: SEARCH_ANIME, answer: SearchAnswer, variables };
    const { Page } = await ask(this.#client, question, signal);
    return Page.media.map(toAnime);
  }
}

const CARD = `
  fragment AnimeCard on Media {
    id idMal format status(version: 2) isAdult episodes synonyms siteUrl
    startDate { year month day }
    title { romaji english native }
    coverImage { extraLarge large medium }
  }`;

/** https://docs.anilist.co/reference/object/media, relations: https://docs.anilist.co/reference/enum/mediarelation */
export const FRANCHISE_LAYER = `
  query FranchiseLayer($ids: [Int!]!) {
    Page(page: 1, perPage: ${MAX_PER_PAGE}) {
      media(id_in: $ids, type: ANIME) { ...AnimeCard relations { edges { relationType(version: 2) node { id type } } } }
    }
  }${CARD}`;

/** https://docs.anilist.co/reference/object/page */
export const SEARCH_ANIME = `
  query SearchAnime($search: String!, $perPage: Int!) {
    Page(page: 1, perPage: $perPage) {
      media(search: $search, type: ANIME, sort: [SEARCH_MATCH, POPULARITY_DESC]) { ...AnimeCard }
    }
  }${CARD}`;

const text = z.string().nullish();
const number = z.number().int().nullish();

const Card = z.object({
  id: z.number().int(),
  idMal: number,
  format: text,
  status: text,
  isAdult: z.boolean().nullish(),
  episodes: number,
  synonyms: z.array(text).nullish(),
  siteUrl: text,
  startDate: z.object({ year: number, month: number, day: number }).nullish(),
  title: z.object({ romaji: text, english: text, native: text }).nullish(),
  coverImage: z.object({ extraLarge: text, large: text, medium: text }).nullish(),
});
type Card = z.infer<typeof Card>;

const Edge = z.object({
  relationType: text,
  node: z.object({ id: z.number().int(), type: text }).nullish(),
});

const Media = Card.extend({ relations: z.object({ edges: z.array(Edge.nullable()).nullish() }).nullish() });

const LayerAnswer = pageOf(Media);
const SearchAnswer = pageOf(Card);

function pageOf<T extends z.ZodType>(media: T) {
  return z.object({ Page: z.object({ media: z.array(media) }) });
}

function toNode(media: z.infer<typeof Media>): AnimeNode {
  return { anime: toAnime(media), relations: (media.relations?.edges ?? []).flatMap(toRelation) };
}

/** Manga and novels are adaptations, not seasons. */
function toRelation(edge: z.infer<typeof Edge> | null): readonly Relation[] {
  if (!edge?.relationType || edge.node?.type !== "ANIME") return [];
  return [{ kind: edge.relationType, anilistId: edge.node.id }];
}

function toAnime(card: Card): Anime {
  const { romaji, english, native } = card.title ?? {};
  return {
    anilistId: card.id,
    malId: card.idMal ?? null,
    title: {
      romaji: romaji ?? english ?? native ?? `AniList ${card.id}`,
      english: english ?? null,
      native: native ?? null,
    },
    synonyms: (card.synonyms ?? []).flatMap((synonym) => synonym ?? []),
    format: FORMATS.find((format) => format === card.format) ?? null,
    startDate: {
      year: card.startDate?.year ?? null,
      month: card.startDate?.month ?? null,
      day: card.startDate?.day ?? null,
    },
    episodes: card.episodes ?? null,
    isAiring: card.status === "RELEASING",
    isAdult: card.isAdult ?? false,
    coverUrl: card.coverImage?.extraLarge ?? card.coverImage?.large ?? card.coverImage?.medium ?? null,
    siteUrl: card.siteUrl ?? null,
  };
}

const FORMATS: readonly AnimeFormat[] = ["TV", "TV_SHORT", "MOVIE", "SPECIAL", "OVA", "ONA", "MUSIC"];
