import { expect, test } from "vitest";
import type { Anime } from "../../src/domain/anime.ts";
import type { ThemeSource } from "../../src/pipeline/ports.ts";

export interface ThemeSourceCase {
  readonly source: ThemeSource;
  /** an anime whose songs the source lists, with at least one opening */
  readonly known: Anime;
  /** an anime that it does not catalogue */
  readonly unknown: Anime;
}

/** What every `ThemeSource` promises; AnimeThemes, Tenrai, MyAnimeList and the snapshot run it. */
export function themeSourceContract(open: () => Promise<ThemeSourceCase>): void {
  const { signal } = new AbortController();

  test("lists the openings and endings of an anime under its AniList id", async () => {
    const { source, known } = await open();
    const themes = (await source.themes([known], signal)).get(known.anilistId) ?? [];
    expect(themes.map(({ kind }) => kind)).toContain("OP");
    for (const theme of themes) {
      expect(["OP", "ED"]).toContain(theme.kind);
      expect(theme.source).toBe(source.name);
      expect(theme.versions.length).toBeGreaterThan(0);
    }
  });

  test("leaves out an anime that it does not catalogue, which is not an empty list", async () => {
    const { source, known, unknown } = await open();
    expect([...(await source.themes([unknown, known], signal)).keys()]).toEqual([known.anilistId]);
  });

  test("tells nothing when asked nothing", async () => {
    const { source } = await open();
    expect((await source.themes([], signal)).size).toBe(0);
  });

  test("leaves its question as it was", async () => {
    const { source, known } = await open();
    const before = structuredClone(known);
    await source.themes([known], signal);
    expect(known).toEqual(before);
  });
}
