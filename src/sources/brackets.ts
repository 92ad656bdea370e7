/** A bracketed part of a text; `end` is the index behind its closing bracket. */
export interface Group {
  readonly start: number;
  readonly end: number;
  /** between the brackets, trimmed */
  readonly inner: string;
  /** false when the text stopped before the closing bracket */
  readonly isClosed: boolean;
}

const OPENING = "([（［【";
const CLOSING = ")]）］】";

/**
 * The outermost bracketed parts in order, in one pass. Half- and full-width brackets count alike, because
 * "(紋（しるし）)" mixes them; a closing bracket without an opening one is text.
 */
export function outerGroups(text: string): readonly Group[] {
  const groups: Group[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (OPENING.includes(char)) {
      if (depth++ === 0) start = at;
    } else if (depth > 0 && CLOSING.includes(char) && --depth === 0) {
      groups.push({ start, end: at + 1, inner: text.slice(start + 1, at).trim(), isClosed: true });
    }
  }
  if (depth > 0) groups.push({ start, end: text.length, inner: text.slice(start + 1).trim(), isClosed: false });
  return groups;
}

/** The text with its outermost groups replaced by blanks of the same length: positions stay comparable. */
export function blankGroups(text: string, groups: readonly Group[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of groups) {
    parts.push(text.slice(from, start), " ".repeat(end - start));
    from = end;
  }
  return parts.join("") + text.slice(from);
}

const NATIVE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Cyrillic}\p{Script=Thai}]/u;

/** Is (part of) the text written in a script other than Latin? A shooting star (☆彡) is an ornament. */
export function isNative(text: string): boolean {
  return NATIVE.test(text.replaceAll("☆彡", ""));
}
