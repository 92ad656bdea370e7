import type { NamedCell, TierList } from "../pipeline/tier-list.ts";
import { plainText } from "./plain-text.ts";

/** A tier list for programs: boxes in pixels of the file, `unread` only where cells were left out. */
export function tierListFacts({ rows, unread }: TierList) {
  return {
    rows: rows.map(({ row, colour, cells }) => ({ row, colour, cells: cells.map(cellFacts) })),
    ...(unread > 0 ? { unread } : {}),
  };
}

function cellFacts({ box, verdict }: NamedCell) {
  const { left, top, width, height } = box;
  return {
    box: { left, top, width, height },
    verdict: verdict.kind,
    confidence: verdict.candidates[0]?.confidence ?? 0,
    candidates: verdict.candidates.map(({ anilistId, title, confidence, score }) => ({
      anilistId,
      title,
      confidence,
      score,
    })),
  };
}

/**
 * A tier list for spreadsheets: a heading, then a line per picture (RFC 4180, but with plain line feeds). Id and title
 * are those of a match, and empty where nothing is certain.
 */
export function tierListCsv({ rows }: TierList): string {
  const lines = rows.flatMap(({ row, colour, cells }) =>
    cells.map(({ box, verdict }, at) => {
      const best = verdict.kind === "match" ? verdict.best : null;
      const place = [row, colour ?? "", at + 1, box.left, box.top, box.width, box.height];
      const name = [best?.anilistId ?? "", best?.title ?? ""];
      return [...place, verdict.kind, (verdict.candidates[0]?.confidence ?? 0).toFixed(4), ...name];
    }),
  );
  return [HEADING, ...lines].map((line) => `${line.map(field).join(",")}\n`).join("");
}

const HEADING = [
  ...["row", "colour", "place", "left", "top", "width", "height"],
  ...["verdict", "confidence", "anilistId", "title"],
];

/** A spreadsheet runs what begins like a formula: an apostrophe makes it text (OWASP, "CSV Injection"). */
function field(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = plainText(value);
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
