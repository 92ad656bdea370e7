import type { AnilistId } from "../../domain/anime.ts";
import type { Identification } from "../../domain/identification.ts";

/** Is the answer right? A picture that no gallery holds (`null`) must end as unknown. */
export function judgement({ verdict }: Identification, expected: AnilistId | null): boolean {
  if (expected === null) return verdict.kind === "unknown";
  return verdict.kind === "match" && verdict.best.anilistId === expected;
}

/** The verdict in a few words: "match, 99 %". */
export function explain({ verdict }: Identification): string {
  switch (verdict.kind) {
    case "match":
      return `${verdict.best.title}, ${Math.floor(verdict.best.confidence * 100)} %`;
    case "ambiguous":
      return `not sure: ${verdict.candidates.map(({ title }) => title).join(" or ")}`;
    case "unknown":
      return "unknown";
  }
}

/** The same without what tells the seasons of a title apart, for the narrow caption below a picture. */
export function inShort(identification: Identification): string {
  return explain(identification).replaceAll(/ \([^)]*\)/g, "");
}

/** One line per stage, in the order they ran: the median over the pictures that needed it. */
export function describeTimings(identifications: readonly Identification[]): string {
  const spent = new Map<string, number[]>();
  for (const { timings } of identifications) {
    for (const { stage, ms } of timings) spent.set(stage, [...(spent.get(stage) ?? []), ms]);
  }
  const lines = [...spent].map(([stage, times]) => {
    const needed =
      times.length < identifications.length ? `  (${times.length} of ${identifications.length} pictures)` : "";
    return `   ${stage.padEnd(8)} ${median(times).toFixed(1).padStart(7)} ms${needed}`;
  });
  return lines.join("\n");
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
