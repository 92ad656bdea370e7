import { Chalk, type ChalkInstance } from "chalk";
import type { Candidate } from "../domain/identification.ts";
import type { NamedCell, TierList, TierRow } from "../pipeline/tier-list.ts";
import { confidenceInWords } from "./identification.ts";
import { plainText, visibleName } from "./plain-text.ts";

/** A tier list as text, row by row in the order of the picture. */
export function presentTierList(file: string, { rows }: TierList, { isRich }: { readonly isRich: boolean }): string {
  const chalk = new Chalk({ level: isRich ? 3 : 0 });
  const cells = rows.flatMap((row) => row.cells);
  if (cells.length === 0) {
    return `${visibleName(file)}\nNo cells were found: a tier list or collage shows pictures of one size in rows.`;
  }
  const named = cells.filter(({ verdict }) => verdict.kind === "match").length;
  const heading = `${chalk.dim(visibleName(file))}\n${named} of ${cells.length} pictures named.`;
  return [heading, ...rows.map((row) => rowText(row, chalk))].join("\n\n");
}

function rowText({ row, colour, cells }: TierRow, chalk: ChalkInstance): string {
  const block = colour ? `${chalk.bgHex(colour)("   ")} ` : "";
  const heading = `${block}${chalk.bold(`Row ${row}`)}${colour ? chalk.dim(` (${colour})`) : ""}`;
  return [heading, ...cells.map((cell, at) => `  ${String(at + 1).padStart(3)}  ${cellText(cell, chalk)}`)].join("\n");
}

function cellText({ verdict }: NamedCell, chalk: ChalkInstance): string {
  switch (verdict.kind) {
    case "match":
      return candidateText(verdict.best, chalk);
    case "ambiguous":
      return `${chalk.yellow("not sure:")} ${verdict.candidates.map((one) => candidateText(one, chalk)).join("; ")}`;
    case "unknown":
      return chalk.yellow("unknown");
  }
}

function candidateText({ title, confidence, anilistId }: Candidate, chalk: ChalkInstance): string {
  return `${plainText(title)}  ${chalk.dim(`${confidenceInWords(confidence)}, anilist.co/anime/${anilistId}`)}`;
}
