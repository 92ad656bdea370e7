import { Chalk, type ChalkInstance } from "chalk";
import type { Candidate, Identification } from "../domain/identification.ts";
import { plainText, visibleName } from "./plain-text.ts";

export interface IdentificationStyle {
  /** colours, bars and swatches */
  readonly isRich: boolean;
}

/** One identified picture as text: its verdict in words, how sure it is, and what else it might be. */
export function presentIdentification(
  {
    file,
    identification,
    swatch,
  }: {
    readonly file: string;
    readonly identification: Identification;
    /** the picture's own colours, `#rrggbb`, left to right */
    readonly swatch: readonly string[];
  },
  { isRich }: IdentificationStyle,
): string {
  const chalk = new Chalk({ level: isRich ? 3 : 0 });
  const { verdict } = identification;
  const colours = isRich ? `${swatch.map((colour) => chalk.bgHex(colour)("   ")).join("")} ` : "";
  const heading = `${colours}${chalk.dim(visibleName(file))}`;
  switch (verdict.kind) {
    case "match":
      return [heading, ...matchLines(verdict.best, chalk), ...alsoLines(verdict.candidates.slice(1), chalk)].join("\n");
    case "ambiguous":
      return [
        heading,
        chalk.yellow(doubtInWords(verdict.candidates)),
        ...verdict.candidates.map((candidate) => `  ${candidateLine(candidate, chalk)}`),
      ].join("\n");
    case "unknown":
      return [
        heading,
        chalk.yellow("Unknown: no poster in the gallery is this artwork."),
        ...nearest(verdict, chalk),
      ].join("\n");
  }
}

/** How sure a probability is, in a word a person uses. */
export function confidenceInWords(confidence: number): string {
  if (confidence >= 0.99) return "certain";
  if (confidence >= 0.95) return "nearly certain";
  if (confidence >= 0.8) return "likely";
  return confidence >= 0.4 ? "possible" : "unlikely";
}

/** A bar of ten cells: "████████░░". */
export function confidenceBar(confidence: number): string {
  const filled = Math.round(Math.max(0, Math.min(1, confidence)) * BAR_CELLS);
  return "█".repeat(filled) + "░".repeat(BAR_CELLS - filled);
}

const BAR_CELLS = 10;

/** Which season it is matters less than which story: the songs are those of all seasons. */
function doubtInWords([first, second]: readonly Candidate[]): string {
  const isOneStory = first?.franchise !== undefined && first.franchise === second?.franchise;
  return isOneStory ? "Not sure which of one franchise it is:" : "Not sure. It could be one of these:";
}

function matchLines(best: Candidate, chalk: ChalkInstance): readonly string[] {
  const shared = best.sameArtwork.length === 0 ? [] : [chalk.dim(`This cover is also used by ${sharers(best)}.`)];
  return [chalk.bold(plainText(best.title)), `${sureness(best, chalk)}  ${chalk.dim(link(best.anilistId))}`, ...shared];
}

function alsoLines(others: readonly Candidate[], chalk: ChalkInstance): readonly string[] {
  const worthTelling = others.filter(({ confidence }) => confidence >= WORTH_TELLING);
  return worthTelling.map((candidate) => chalk.dim(`  or ${candidateLine(candidate, chalk)}`));
}

/** Below one in a hundred another name only confuses. */
const WORTH_TELLING = 0.01;

function nearest({ candidates }: { candidates: readonly Candidate[] }, chalk: ChalkInstance): readonly string[] {
  const [first] = candidates;
  return first ? [chalk.dim(`  The nearest one is ${candidateLine(first, chalk)}`)] : [];
}

function candidateLine(candidate: Candidate, chalk: ChalkInstance): string {
  return `${plainText(candidate.title)}  ${sureness(candidate, chalk)}  ${chalk.dim(link(candidate.anilistId))}`;
}

function sureness({ confidence }: Candidate, chalk: ChalkInstance): string {
  const paint = confidence >= 0.95 ? chalk.green : confidence >= 0.4 ? chalk.yellow : chalk.red;
  return `${paint(confidenceBar(confidence))} ${percent(confidence)}, ${confidenceInWords(confidence)}`;
}

/** Never "100 %": rounding must not claim more than was measured. */
function percent(confidence: number): string {
  const rounded = Math.floor(confidence * 1000) / 10;
  return `${rounded >= 99 ? rounded.toFixed(1) : Math.round(confidence * 100)} %`;
}

/** "Monster (anilist.co/anime/19), Mushishi (anilist.co/anime/457)" */
function sharers({ sameArtwork, sameArtworkTitles = [] }: Candidate): string {
  const named = sameArtwork.map((anilistId, at) => {
    const title = plainText(sameArtworkTitles[at] ?? "");
    return title === "" ? link(anilistId) : `${title} (${link(anilistId)})`;
  });
  return named.join(", ");
}

function link(anilistId: number): string {
  return `anilist.co/anime/${anilistId}`;
}
