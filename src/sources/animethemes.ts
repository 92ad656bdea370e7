import type { Client } from "@urql/core";
import { z } from "zod";
import type { AnilistId, Anime } from "../domain/anime.ts";
import type { Theme } from "../domain/theme.ts";
import type { ThemeSource } from "../pipeline/ports.ts";
import { ThemeNode, toTheme } from "./animethemes-theme.ts";
import { chunks } from "./chunks.ts";
import { ask } from "./graphql.ts";

/** Server rule max:100; all seasons of a franchise fit in one request. */
const MAX_IDS = 100;

type Site = "ANILIST" | "MAL";

/** Openings and endings from AnimeThemes, by AniList ids and, for what those miss, by MyAnimeList ids. */
export class AnimeThemes implements ThemeSource {
  readonly name = "animethemes";
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async themes(anime: readonly Anime[], signal: AbortSignal): Promise<ReadonlyMap<AnilistId, readonly Theme[]>> {
    const themes = new Map<AnilistId, readonly Theme[]>();
    const byAnilist = await this.#bySite(
      "ANILIST",
      anime.map(({ anilistId }) => anilistId),
      signal,
    );
    for (const [anilistId, found] of byAnilist) themes.set(anilistId, found);
    const missed = anime.filter(({ anilistId, malId }) => malId !== null && !themes.has(anilistId));
    const byMal = await this.#bySite(
      "MAL",
      missed.flatMap(({ malId }) => malId ?? []),
      signal,
    );
    for (const { anilistId, malId } of missed) {
      const found = malId === null ? undefined : byMal.get(malId);
      if (found) themes.set(anilistId, found);
    }
    return themes;
  }

  /** @returns themes by the site's id; an id that is not catalogued is absent */
  async #bySite(site: Site, ids: readonly number[], signal: AbortSignal): Promise<Map<number, readonly Theme[]>> {
    const themes = new Map<number, readonly Theme[]>();
    for (const page of chunks([...new Set(ids)], MAX_IDS)) {
      const variables = { site, ids: page };
      const question = { service: "AnimeThemes", document: THEMES_BY_EXTERNAL_IDS, answer: ThemesAnswer, variables };
      const { findAnimeByExternalSite } = await ask(this.#client, question, signal);
      const asked = new Set(page);
      for (const [id, found] of findAnimeByExternalSite.flatMap((anime) => underIds(anime, site))) {
        if (asked.has(id)) themes.set(id, [...(themes.get(id) ?? []), ...found]);
      }
    }
    return themes;
  }
}

/** https://api-docs.animethemes.moe/graphql/ The answer does not say which id matched: `resources` does. */
export const THEMES_BY_EXTERNAL_IDS = `
  query ThemesByExternalIds($site: ResourceSite!, $ids: [Int!]!) {
    findAnimeByExternalSite(site: $site, id: $ids) {
      resources(site: $site) { nodes { site externalId } }
      animethemes(type_in: [OP, ED], sort: [ID]) {
        type sequence slug
        group { name }
        song {
          title { romaji native }
          performances(sort: [RELEVANCE]) { alias as artist { id name { main native } } }
        }
        animethemeentries {
          version episodes notes nsfw spoiler
          videos(sort: [ID]) { nodes { link resolution nc overlap audio { link } } }
        }
      }
    }
  }`;

const Resource = z.object({ site: z.string(), externalId: z.number().int().nullish() });

const CataloguedAnime = z.object({
  resources: z.object({ nodes: z.array(Resource) }),
  animethemes: z.array(ThemeNode),
});

const ThemesAnswer = z.object({ findAnimeByExternalSite: z.array(CataloguedAnime) });

/** One catalogue entry may carry several ids of a site, and two entries the same id: their themes stand together. */
function underIds({ resources, animethemes }: z.infer<typeof CataloguedAnime>, site: Site) {
  const themes = animethemes.flatMap(toTheme);
  const ids = resources.nodes.flatMap((resource) => (resource.site === site ? (resource.externalId ?? []) : []));
  return [...new Set(ids)].map((id) => [id, themes] as const);
}
