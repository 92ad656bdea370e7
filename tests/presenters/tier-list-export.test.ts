import { describe, expect, test } from "vitest";
import type { Candidate, Verdict } from "../../src/domain/identification.ts";
import type { TierList } from "../../src/pipeline/tier-list.ts";
import { tierListCsv, tierListFacts } from "../../src/presenters/tier-list-export.ts";

function candidate(title: string): Candidate {
  return { anilistId: 7, title, confidence: 0.97, score: 0.9, posterId: 1, sameArtwork: [] };
}

function match(title: string): Verdict {
  return { kind: "match", best: candidate(title), candidates: [candidate(title)] };
}

function listOf(...verdicts: readonly Verdict[]): TierList {
  const box = { left: 1, top: 2, width: 3, height: 4 };
  return { rows: [{ row: 2, colour: "#ff7f7f", cells: verdicts.map((verdict) => ({ box, verdict })) }], unread: 0 };
}

describe("a tier list as CSV", () => {
  const titleOf = (title: string) =>
    tierListCsv(listOf(match(title)))
      .split("\n")[1]
      ?.split(",7,")[1];

  test("has a heading and a line per picture, titles for matches alone", () => {
    const csv = tierListCsv(listOf(match("Mushishi"), { kind: "ambiguous", candidates: [candidate("Monster")] }));
    expect(csv.split("\n").slice(1)).toEqual([
      "2,#ff7f7f,1,1,2,3,4,match,0.9700,7,Mushishi",
      "2,#ff7f7f,2,1,2,3,4,ambiguous,0.9700,,",
      "",
    ]);
  });

  test.each([
    ["a comma", "Love, Chunibyo", '"Love, Chunibyo"'],
    ["quotes", 'The "World"', '"The ""World"""'],
    ["a formula", "=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["a formula with a comma", "@SUM(1,2)", '"\'@SUM(1,2)"'],
    ["a line break", "two\nlines", "two lines"],
  ])("keeps %s in its field", (_, title, expected) => {
    expect(titleOf(title)).toBe(expected);
  });

  test("of nothing is its heading", () => {
    expect(tierListCsv({ rows: [], unread: 0 }).split("\n")).toHaveLength(2);
  });
});

describe("a tier list for programs", () => {
  test("has rows with their colour, and cells with box, verdict and candidates", () => {
    expect(tierListFacts(listOf(match("Mushishi")))).toEqual({
      rows: [
        {
          row: 2,
          colour: "#ff7f7f",
          cells: [
            {
              box: { left: 1, top: 2, width: 3, height: 4 },
              verdict: "match",
              confidence: 0.97,
              candidates: [{ anilistId: 7, title: "Mushishi", confidence: 0.97, score: 0.9 }],
            },
          ],
        },
      ],
    });
  });

  test("says how many pictures were left out, when there are any", () => {
    expect(tierListFacts({ rows: [], unread: 12 })).toEqual({ rows: [], unread: 12 });
  });
});
