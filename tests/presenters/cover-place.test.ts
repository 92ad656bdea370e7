import { describe, expect, test } from "vitest";
import type { FranchiseRole, FranchiseSongs } from "../../src/domain/franchise.ts";
import { coverPlace } from "../../src/presenters/cover-place.ts";

const season = (number: number): FranchiseRole => ({ kind: "season", number });

/** Anime 1, 2, 3 … in these roles. */
function franchise(...roles: readonly FranchiseRole[]): FranchiseSongs {
  const seasons = roles.map((role, at) => ({
    anime: {
      ...{ anilistId: at + 1, malId: null, title: { romaji: `Part ${at}`, english: null, native: null }, synonyms: [] },
      ...{ format: null, startDate: { year: null, month: null, day: null }, episodes: null, isAiring: false },
      ...{ isAdult: false, coverUrl: null, siteUrl: null },
    },
    ...{ role, openings: [], endings: [], isStale: false },
  }));
  return { seasons, isCut: false, missing: [] };
}

describe("the place of a cover in its franchise", () => {
  test.each([
    [2, [season(1), season(2), season(3)], "This cover is season 2's; below are seasons 1–3."],
    [1, [season(1), { kind: "film" }], "This cover is season 1's; below are season 1 and 1 more of its franchise."],
    [2, [season(1), { kind: "film" }], "This cover is a film's; below are season 1 and 1 more of its franchise."],
    [1, [{ kind: "ova" }, { kind: "film" }], "This cover is an OVA's; below are 2 titles of its franchise."],
  ] as const)("of anime %i is told", (anilistId, roles, expected) => {
    expect(coverPlace(anilistId, franchise(...roles))).toBe(expected);
  });

  test("is not worth a word when there is nothing else", () => {
    expect(coverPlace(1, franchise(season(1)))).toBeNull();
  });

  test("is not told when the list does not have the anime", () => {
    expect(coverPlace(9, franchise(season(1), season(2)))).toBeNull();
  });
});
