import { describe, expect, test } from "vitest";
import type { Candidate, Verdict } from "../../src/domain/identification.ts";
import { confidenceBar, confidenceInWords, presentIdentification } from "../../src/presenters/identification.ts";

const candidate = (
  anilistId: number,
  title: string,
  confidence: number,
  changes: Partial<Candidate> = {},
): Candidate => ({
  anilistId,
  title,
  confidence,
  score: 0.9,
  posterId: anilistId,
  sameArtwork: [],
  ...changes,
});

const text = (verdict: Verdict, isRich = false) =>
  presentIdentification({ file: "a.jpg", identification: { verdict, timings: [] }, swatch: ["#102030"] }, { isRich });

describe("an identified picture", () => {
  test("tells a match with its name, how sure it is and where to read on", () => {
    const best = candidate(1, "Cowboy Bebop", 0.998);
    const shown = text({ kind: "match", best, candidates: [best, candidate(5, "Monster", 0.001)] });
    expect(shown).toBe("a.jpg\nCowboy Bebop\n██████████ 99.8 %, certain  anilist.co/anime/1");
  });

  test("lets neither a title nor a file name turn the line around or leave it", () => {
    const best = candidate(1, "Evil\u001b[8m\u202e\nTitle", 0.998);
    const verdict: Verdict = { kind: "match", best, candidates: [best] };
    const identification = { verdict, timings: [] };
    const shown = presentIdentification({ file: "a  b\n\u202e.jpg", identification, swatch: [] }, { isRich: false });
    expect(shown.split("\n").slice(0, 2)).toEqual(["a  b\ufffd.jpg", "Evil [8m Title"]);
  });

  test("never claims 100 %", () => {
    const best = candidate(1, "Cowboy Bebop", 0.99999);
    expect(text({ kind: "match", best, candidates: [best] })).toContain("99.9 %");
  });

  test("names the others whose cover is the same artwork", () => {
    const best = candidate(1, "Monster", 0.99, { sameArtwork: [17], sameArtworkTitles: ["Monster Recap"] });
    expect(text({ kind: "match", best, candidates: [best] })).toContain(
      "This cover is also used by Monster Recap (anilist.co/anime/17).",
    );
  });

  test("says that only the season is in doubt when it is", () => {
    const [one, two] = [candidate(1, "Monster", 0.5), candidate(2, "Monster 2", 0.4)];
    const told = (franchise: string) =>
      text({
        kind: "ambiguous",
        candidates: [
          { ...one, franchise: "#1" },
          { ...two, franchise },
        ],
      });
    expect(told("#1")).toContain("Not sure which of one franchise it is:");
    expect(told("#2")).toContain("Not sure. It could be one of these:");
  });

  test("says when the cover belongs to another anime as well", () => {
    const best = candidate(1, "Cowboy Bebop", 0.99, { sameArtwork: [17, 18] });
    expect(text({ kind: "match", best, candidates: [best] })).toContain(
      "This cover is also used by anilist.co/anime/17, anilist.co/anime/18.",
    );
  });

  test("tells an unsure answer as a choice", () => {
    const shown = text({ kind: "ambiguous", candidates: [candidate(1, "One", 0.5), candidate(2, "Two", 0.3)] });
    expect(shown.split("\n")).toHaveLength(4);
    expect(shown).toContain("Not sure. It could be one of these:\n  One  █████░░░░░ 50 %, possible");
  });

  test("tells an unknown one as unknown, with the nearest that it is not", () => {
    const shown = text({ kind: "unknown", candidates: [candidate(1, "One", 0.02)] });
    expect(shown).toContain("Unknown: no poster in the gallery is this artwork.");
    expect(shown).toContain("The nearest one is One");
    expect(text({ kind: "unknown", candidates: [] }).split("\n")).toHaveLength(2);
  });

  test("shows the picture's colours on a terminal and no escape codes elsewhere", () => {
    const verdict = { kind: "unknown", candidates: [] } as const;
    expect(text(verdict, true)).toContain("\u001b[48;2;16;32;48m");
    expect(text(verdict)).not.toContain("\u001b");
  });
});

test.each([
  [1, "██████████", "certain"],
  [0.96, "██████████", "nearly certain"],
  [0.8, "████████░░", "likely"],
  [0.5, "█████░░░░░", "possible"],
  [0, "░░░░░░░░░░", "unlikely"],
])("a confidence of %d is the bar %s and the word %s", (confidence, bar, word) => {
  expect(confidenceBar(confidence)).toBe(bar);
  expect(confidenceInWords(confidence)).toBe(word);
});
