import type { Theme } from "../domain/theme.ts";
import { isNative, outerGroups } from "./brackets.ts";

export interface TitlePart {
  readonly title: Theme["title"];
  readonly notes: readonly string[];
}

/**
 * Splits what stands between the quotes, "Again (アゲイン)", into romaji and native title.
 * @param quoted the text between the quotes
 * @param behind bracketed text between the closing quote and "by": a native title there counts too
 */
export function splitTitle(quoted: string, behind: readonly string[]): TitlePart {
  const inside = splitNative(withoutStrayQuotes(quoted).trim());
  const native = behind.find(isNative);
  const latin = behind.filter((text) => !isNative(text)).map(unwrap);
  if (inside.romaji === null && inside.native !== null && latin[0] !== undefined) {
    return { title: known({ romaji: latin[0], native: inside.native }), notes: latin.slice(1) };
  }
  const title = native && inside.native === null ? { ...inside, native: nativeOnly(native) } : inside;
  return { title: known(title), notes: latin };
}

/** Brackets around nothing leave an empty title behind: that is none. */
function known({ romaji, native }: Theme["title"]): Theme["title"] {
  return { romaji: romaji || null, native: native || null };
}

/** Punctuation of Japanese typesetting: "(A to Z〜ONE PIECE Edition〜)" is the native title, although in Latin letters. */
const WIDE = /[\u301c\uff01-\uff60]/;

function splitNative(text: string): Theme["title"] {
  if (text === "") return { romaji: null, native: null };
  if (!isNative(text) && !WIDE.test(text)) return { romaji: text, native: null };
  const groups = outerGroups(text);
  const last = groups.findLast(({ inner }) => isNative(inner) || WIDE.test(inner));
  const base = last ? `${text.slice(0, last.start).trim()} ${text.slice(last.end).trim()}`.trim() : "";
  if (last && base !== "" && !isNative(base)) return { romaji: base, native: nativeOnly(last.inner) };
  const corner = /^([^「『]+?) ?[「『]([^「」『』]+)[」』]$/u.exec(text);
  if (corner?.[1] && !isNative(corner[1])) return { romaji: corner[1], native: corner[2] ?? null };
  const [, latin, other] = /^(\P{Script=Han}+?) ([^\p{Script=Latin}]+)$/u.exec(text) ?? [];
  if (latin && other && !isNative(latin) && isNative(other)) return { romaji: latin, native: other.replace(/\)$/, "") };
  return isNative(text) ? nativeFirst(text) : { romaji: text, native: null };
}

/** "東京 et 巴里 (Tokyo and Paris)": the native title leads. */
function nativeFirst(text: string): Theme["title"] {
  const translation = outerGroups(text).at(-1);
  if (!translation?.isClosed || translation.end !== text.length || isNative(translation.inner)) {
    return { romaji: null, native: unwrap(text) };
  }
  const native = text.slice(0, translation.start).trim();
  if (native === "") return { romaji: null, native: unwrap(text) };
  return { romaji: unwrap(translation.inner), native: unwrap(native) };
}

/** "微笑みをあげたい; I Want to Give You a Smile" → the part in native script. */
function nativeOnly(text: string): string {
  const parts = text.split(/; ?/);
  return unwrap(parts.filter(isNative).join("; ") || text);
}

function unwrap(text: string): string {
  const plain = text.trim();
  const isWrapped = /^"[^"]*"?$/.test(plain) || /^[^"]*"$/.test(plain);
  const trimmed = isWrapped ? plain.replaceAll('"', "") : plain;
  const corner = /^[「『]([^「」『』]*)[」』]?$/u.exec(trimmed);
  return (corner?.[1] ?? trimmed).trim();
}

/** An odd number of quotes inside means that one is a slip: `Mankai * Smile" (満開＊スマイル！)`. */
function withoutStrayQuotes(text: string): string {
  const joined = text.replace(/" ?(&|\/|and|,) ?"/g, " $1 ");
  const count = joined.split('"').length - 1;
  if (count % 2 === 0) return joined;
  const atBracket = joined.replace(/" ?(?=[(（「『])/, " ").replace(/([(（])"/, "$1");
  const left = atBracket.split('"').length - 1;
  return (left % 2 === 0 ? atBracket : joined.replace('"', "")).replace(/ {2,}/g, " ");
}
