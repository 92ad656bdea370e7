import { expect, test } from "vitest";
import type { AnilistId } from "../../src/domain/anime.ts";
import type { AnimeSource } from "../../src/pipeline/ports.ts";

export interface AnimeSourceCase {
  readonly source: AnimeSource;
  /** an anime that the source knows */
  readonly known: AnilistId;
  /** an id that it does not know */
  readonly unknown: AnilistId;
  /** the romaji title of `known` */
  readonly romaji: string;
}

/** What every `AnimeSource` promises; AniList and the snapshot run it. Call it inside a `describe`. */
export function animeSourceContract(open: () => Promise<AnimeSourceCase>): void {
  const { signal } = new AbortController();

  test("tells who an anime is", async () => {
    const { source, known, romaji } = await open();
    const node = (await source.anime([known], signal)).get(known);
    expect(node?.anime).toMatchObject({ anilistId: known, title: { romaji } });
  });

  test("leaves out what it does not know", async () => {
    const { source, known, unknown } = await open();
    expect([...(await source.anime([unknown, known], signal)).keys()]).toEqual([known]);
  });

  test("tells nothing when asked nothing", async () => {
    const { source } = await open();
    expect((await source.anime([], signal)).size).toBe(0);
  });

  test("tells an anime once, however often it is asked for", async () => {
    const { source, known } = await open();
    expect((await source.anime([known, known], signal)).size).toBe(1);
  });

  test("answers more than a page of ids", async () => {
    const { source, known, unknown } = await open();
    const many = Array.from({ length: 120 }, (_, at) => unknown + at);
    expect((await source.anime([...many, known], signal)).has(known)).toBe(true);
  });

  test("finds an anime by its title, best first", async () => {
    const { source, known, romaji } = await open();
    const [best] = await source.searchTitle(romaji, 5, signal);
    expect(best?.anilistId).toBe(known);
  });

  test("finds nothing for a title that nobody has", async () => {
    const { source } = await open();
    expect(await source.searchTitle("zzqx vvkk wwpp", 5, signal)).toEqual([]);
  });

  test("finds no more than the limit", async () => {
    const { source, romaji } = await open();
    expect((await source.searchTitle(romaji.slice(0, 3), 1, signal)).length).toBeLessThanOrEqual(1);
  });
}
