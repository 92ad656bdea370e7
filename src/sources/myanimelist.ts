import { z } from "zod";
import type { AnilistId, Anime } from "../domain/anime.ts";
import type { Theme, ThemeKind } from "../domain/theme.ts";
import type { ThemeSource } from "../pipeline/ports.ts";
import type { Fetch } from "./polite-fetch.ts";
import { getJson } from "./rest.ts";
import { readThemeList } from "./theme-list.ts";

/** MyAnimeList leaves a field out when it is empty: only the id shows that an answer is one. */
const Texts = z.array(z.object({ text: z.string() })).default([]);

/** GET /anime/{id}?fields=opening_themes,ending_themes: https://myanimelist.net/apiconfig/references/api/v2 */
const ThemesAnswer = z.object({ id: z.number(), opening_themes: Texts, ending_themes: Texts });

/** MyAnimeList's own interface; needs a client id. One request per anime that has a MyAnimeList id. */
export class MyAnimeList implements ThemeSource {
  readonly name = "myanimelist";
  readonly #fetch: Fetch;
  readonly #url: string;
  readonly #clientId: string;

  /** @param access base URL without a slash at its end ("https://api.myanimelist.net/v2") and the client id */
  constructor(fetch: Fetch, { url, clientId }: { url: string; clientId: string }) {
    this.#fetch = fetch;
    this.#url = url.replace(/\/+$/, "");
    this.#clientId = clientId;
  }

  async themes(anime: readonly Anime[], signal: AbortSignal): Promise<ReadonlyMap<AnilistId, readonly Theme[]>> {
    const themes = new Map<AnilistId, readonly Theme[]>();
    for (const { anilistId, malId } of anime) {
      if (malId === null) continue;
      const found = await getJson(this.#fetch, this.#question(malId), signal);
      if (!found) continue;
      themes.set(anilistId, [...parse(found.opening_themes, "OP"), ...parse(found.ending_themes, "ED")]);
    }
    return themes;
  }

  #question(malId: number) {
    return {
      service: "MyAnimeList",
      url: `${this.#url}/anime/${malId}?fields=opening_themes,ending_themes`,
      headers: { "x-mal-client-id": this.#clientId },
      answer: ThemesAnswer,
    };
  }
}

function parse(texts: readonly { readonly text: string }[], kind: ThemeKind): readonly Theme[] {
  return readThemeList(
    texts.map(({ text }) => text),
    kind,
    "myanimelist",
  );
}
