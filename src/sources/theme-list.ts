import { decodeHTML } from "entities";
import type { Theme, ThemeKind, ThemeSourceName } from "../domain/theme.ts";
import { outerGroups } from "./brackets.ts";
import { parseThemeText, toTheme } from "./theme-text.ts";

/**
 * Reads all openings or all endings of an anime, as MyAnimeList, Tenrai and Jikan list them. A string holds 255
 * characters there, so long credits go on in the next row: such rows are read together with the one before.
 */
export function readThemeList(texts: readonly string[], kind: ThemeKind, source: ThemeSourceName): readonly Theme[] {
  return joinContinuations(texts)
    .flatMap((text) => parseThemeText(text))
    .map((parsed) => toTheme(parsed, kind, source));
}

function joinContinuations(texts: readonly string[]): readonly string[] {
  const rows: string[] = [];
  for (const text of texts) {
    const before = rows.at(-1);
    const rest = before === undefined ? null : continuation(before, text);
    if (before === undefined || rest === null) rows.push(text);
    else rows[rows.length - 1] = `${before} ${rest}`;
  }
  return rows;
}

const MARKED = /^(?:#?\d{1,3}:? )?\(?cont(?:i|inued)?\.?\)?:? ?/;

/** What of a row belongs to the row before; null when it is a song of its own. */
function continuation(before: string, text: string): string | null {
  const row = decodeHTML(text).trim();
  if (MARKED.test(row)) return row.replace(MARKED, "");
  // A song of its own has its title in quotes, its number in front or its artist behind "by".
  if (/["“]|''| by /i.test(row) || /^#|^\d{1,3}[.:]/.test(row)) return null;
  const open = decodeHTML(before).trim();
  const isCut = outerGroups(open).some(({ isClosed }) => !isClosed) || /(?:,| x| &| and)$/.test(open);
  return isCut || /^[([]/.test(row) ? row : null;
}
