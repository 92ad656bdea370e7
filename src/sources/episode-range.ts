import type { EpisodeRange } from "../domain/theme.ts";
import { blankGroups, type Group, outerGroups } from "./brackets.ts";

export interface EpisodeNote {
  /** null when the range is unknown or malformed, which is not "all episodes" */
  readonly episodes: readonly EpisodeRange[] | null;
  /** what the text says besides: "HD Remaster", "BD/DVD: eps 6-8" */
  readonly notes: readonly string[];
}

/** No series has more; a larger number is a typing error or a year. */
const MAX_EPISODE = 9_999;

const KEYWORD = /(?:^|[^a-z])(?:eps|ep|episodes|episode)\.?\s?(?=[#\d?])/i;
const BARE_RANGE = /^(?:TV )?\d{1,4}(?:\.5)? ?[-–~] ?(?:\d{1,4})?(?:, ?\d{1,4}(?: ?[-–~] ?\d{1,4})?)*$/;
const TOKEN =
  /^(?:eps?\.?|episodes?)? ?#?(\d{1,5}(?:\.\d)?)(?: ?([-–—~〜～]) ?(\d{1,5}(?:\.\d)?|\?{1,4}|current|now)?)?$/i;

/** Does a bracketed part speak of episodes: "eps 1-14", "TV: ep 3", or a bare "1-26"? */
export function isEpisodeGroup({ inner }: Group): boolean {
  // Not what nests deeper: "(Konomi Kohara (eps 3)" is a voice actor whose bracket never closes.
  return KEYWORD.test(blankGroups(inner, outerGroups(inner))) || BARE_RANGE.test(inner);
}

/**
 * Reads what stands between the brackets. The first labelled part counts ("TV: eps 15, 17; BD/DVD: eps 6-8" ran on
 * television in 15 and 17), the others become notes. One unreadable number makes the whole range unknown.
 */
export function parseEpisodes({ inner, isClosed }: Group): EpisodeNote {
  const asides = outerGroups(inner);
  const plain = asides.reduceRight((text, { start, end }) => text.slice(0, start) + text.slice(end), inner);
  const [first = "", ...others] = plain.split(/; ?|, ?(?=[A-Z/]{2,8}: )/);
  const { label, list } = splitLabel(first);
  const tokens = list.split(/ ?(?:,|&|\/|\band\b) ?/i).filter((token) => token.trim() !== "");
  const { ranges, words } = readTokens(tokens.map((token) => token.trim()));
  const notes = [label, ...words, ...asides.map((aside) => aside.inner), ...others.map((other) => other.trim())];
  return { episodes: isClosed ? ranges : null, notes: notes.filter((note) => note !== "") };
}

/** "HD Remaster eps 38-50" → label and list; a bare range has no label. */
function splitLabel(text: string): { label: string; list: string } {
  const keyword = KEYWORD.exec(text);
  if (!keyword) return { label: "", list: text.replace(/^TV /, "") };
  const label = text.slice(0, keyword.index + 1).replace(/^[^\p{L}\d]+|[:\s(]+$/gu, "");
  const isOwnText = !/^(?:e|ep|eps|episodes?)$/i.test(label);
  return { label: isOwnText ? label : "", list: text.slice(keyword.index + keyword[0].length) };
}

function readTokens(tokens: readonly string[]): { ranges: readonly EpisodeRange[] | null; words: readonly string[] } {
  const ranges: EpisodeRange[] = [];
  const words: string[] = [];
  for (const token of tokens) {
    const { number, word } = splitWord(token);
    if (word) words.push(word);
    if (!number) continue;
    const range = readRange(number);
    if (!range) return { ranges: null, words };
    ranges.push(range);
  }
  return { ranges: ranges.length > 0 ? ranges : null, words };
}

/** "1 - 13 of Shugo Chara! Party" → "1 - 13" and "of Shugo Chara! Party"; "TV" has no number. */
function splitWord(token: string): { number: string; word: string } {
  if (!/^(?:eps?\.?|episodes?)? ?#?[\d?]/i.test(token)) return { number: "", word: token };
  const word = / (?:of|for|in|TV|DVD|BD|only|onwards?)\b.*$/i.exec(token);
  return word ? { number: token.slice(0, word.index), word: word[0].trim() } : { number: token, word: "" };
}

function readRange(token: string): EpisodeRange | null {
  const [, start, dash, end] = TOKEN.exec(token) ?? [];
  if (start === undefined) return null;
  const from = Number(start);
  const to = dash === undefined ? from : end === undefined || !/^\d/.test(end) ? null : Number(end);
  // "94-73" is a typing error of which nobody knows the truth.
  if (from > MAX_EPISODE || (to !== null && (to < from || to > MAX_EPISODE))) return null;
  return { from, to };
}
