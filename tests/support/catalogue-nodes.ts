import type { AnilistId, AnimeFormat } from "../../src/domain/anime.ts";
import type { AnimeNode } from "../../src/pipeline/ports.ts";
import type { Catalogue, CatalogueAnime } from "./catalogue.ts";

/** A catalogue as `AnimeSource` would tell it, without the network: for tests that walk thousands of franchises. */
export function nodesOf(catalogue: Catalogue): ReadonlyMap<AnilistId, AnimeNode> {
  return new Map([...catalogue].map(([id, anime]) => [id, toNode(anime)]));
}

function toNode(anime: CatalogueAnime): AnimeNode {
  const { anilistId, malId, title, synonyms, episodes, startDate, relations } = anime;
  const format = FORMATS.find((one) => one === anime.format) ?? null;
  return {
    anime: {
      anilistId,
      malId,
      title,
      synonyms,
      format,
      startDate,
      episodes,
      isAiring: anime.status === "RELEASING",
      isAdult: false,
      coverUrl: null,
      siteUrl: null,
    },
    relations: relations
      .filter(({ type }) => type === "ANIME")
      .map(({ kind, anilistId: to }) => ({ kind, anilistId: to })),
  };
}

const FORMATS: readonly AnimeFormat[] = ["TV", "TV_SHORT", "MOVIE", "SPECIAL", "OVA", "ONA", "MUSIC"];
