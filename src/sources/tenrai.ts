import { z } from "zod";
import type { AnilistId, Anime } from "../domain/anime.ts";
import type { Theme } from "../domain/theme.ts";
import type { ThemeSource } from "../pipeline/ports.ts";
import type { Fetch } from "./polite-fetch.ts";
import { getJson } from "./rest.ts";
import { readThemeList } from "./theme-list.ts";

/** null happens (jikan-rest#397) and means that the page could not be read, which is not "has none" */
const Texts = z.array(z.string()).nullable();

/** GET /anime/{malId}/themes, as Jikan v4 has it: https://docs.api.jikan.moe/#tag/anime/operation/getAnimeThemes */
const ThemesAnswer = z.object({ data: z.object({ openings: Texts, endings: Texts }) });

/** MyAnimeList's theme strings from Tenrai or a self-hosted Jikan v4. One request per anime that has a MyAnimeList id. */
export class Tenrai implements ThemeSource {
  readonly name = "tenrai";
  readonly #fetch: Fetch;
  readonly #url: string;

  /** @param url base without a slash at its end: "https://api.tenrai.org/v1" */
  constructor(fetch: Fetch, url: string) {
    this.#fetch = fetch;
    this.#url = url.replace(/\/+$/, "");
  }

  async themes(anime: readonly Anime[], signal: AbortSignal): Promise<ReadonlyMap<AnilistId, readonly Theme[]>> {
    const themes = new Map<AnilistId, readonly Theme[]>();
    for (const { anilistId, malId } of anime) {
      if (malId === null) continue;
      const url = `${this.#url}/anime/${malId}/themes`;
      const found = await getJson(this.#fetch, { service: "Tenrai", url, answer: ThemesAnswer }, signal);
      if (!found || (found.data.openings === null && found.data.endings === null)) continue;
      const { openings, endings } = found.data;
      themes.set(anilistId, [
        ...readThemeList(openings ?? [], "OP", "tenrai"),
        ...readThemeList(endings ?? [], "ED", "tenrai"),
      ]);
    }
    return themes;
  }
}
