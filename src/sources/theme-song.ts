import { blankGroups, isNative, outerGroups } from "./brackets.ts";

/** The parts of one song's text, not yet read. */
export interface SongParts {
  readonly sequence: number | null;
  /** a prefix that is no number: "TV Broadcast" */
  readonly label: string;
  /** between the quotes */
  readonly quoted: string;
  /** bracketed parts between the closing quote and "by" */
  readonly behind: readonly string[];
  /** what follows "by", with the episodes */
  readonly credit: string;
}

const NUMBERED = /^(?:(?:OP|ED|Opening|Ending|TV) ?)?#?(\d{1,3})(?: ?[:.](?!\d) ?|(?= ?")| (?=Guest|["'[(]))/i;
const HASHED = /^#(\d{1,3})\b"? ?-? ?/;
const LABELLED = /^#([^":]{1,40}): ?/;
const BY = /^ ?(?:(?:composed|performed|sung|arranged|produced) )?by\b/i;
const ANY_BY = /(?:^|[\s)"])(?:(?:composed|performed|sung) )?by (?=\S)/i;
const CONTINUED = /^\(?cont(?:i|inued)?\.?\)?:? ?/;

/** Takes a song's text apart at its quotes and its "by". Expects clean text: straight quotes, single spaces. */
export function splitSong(text: string): SongParts {
  const { sequence, label, body } = takePrefix(text);
  const isQuoted = body.startsWith('"');
  const closing = isQuoted ? closingQuote(body) : strayClosingQuote(body);
  if (closing < 0) return { sequence, label, ...splitUnquoted(isQuoted ? body.slice(1) : body) };
  const quoted = body.slice(isQuoted ? 1 : 0, closing);
  return { sequence, label, ...byInsideQuotes({ quoted, ...splitBehind(body.slice(closing + 1)) }) };
}

/** "PERSONAL by Aya Ueto" (eps 1-30) closes its quote too late; "Step by Step" (ep 3) does not. */
function byInsideQuotes(parts: Pick<SongParts, "quoted" | "behind" | "credit">): typeof parts {
  const by = / by (?=\p{Lu})/u.exec(parts.quoted);
  if (!by || (parts.credit !== "" && !/^[([]/.test(parts.credit))) return parts;
  const [title, artist] = [parts.quoted.slice(0, by.index), parts.quoted.slice(by.index + by[0].length)];
  if (title.split(" ").at(-1)?.toLowerCase() === artist.split(" ")[0]?.toLowerCase() || artist.length < 3) return parts;
  return { quoted: title, behind: parts.behind, credit: `${artist} ${parts.credit}` };
}

function takePrefix(text: string): { sequence: number | null; label: string; body: string } {
  const start = text.replace(/^[^\p{L}\p{N}#"'“([]+(?=[#\d])/u, "");
  const number = NUMBERED.exec(start) ?? HASHED.exec(start);
  const label = number ? null : LABELLED.exec(start);
  const prefix = number?.[0] ?? label?.[0] ?? "";
  const body = start
    .slice(prefix.length)
    .replace(/^" ?(?=")/, "")
    .replace(CONTINUED, "")
    .trim();
  return { sequence: number ? Number(number[1]) : null, label: label?.[1] ?? "", body };
}

/**
 * The quote that ends the title: the first with "by" right behind it; else the first with only brackets between it
 * and "by"; else the last one before the brackets end. Quotes inside a title are thus kept.
 */
function closingQuote(body: string): number {
  const quotes = [...body.matchAll(/"/g)].map(({ index }) => index).slice(1);
  const direct = quotes.find((at) => BY.test(body.slice(at + 1, at + 20)));
  if (direct !== undefined) return direct;
  const blank = blankGroups(
    body,
    outerGroups(body).filter(({ isClosed }) => isClosed),
  );
  const overBrackets = quotes.find(
    (at) =>
      blank.charAt(at) === '"' &&
      BY.test(
        ` ${blank
          .slice(at + 1)
          .trimStart()
          .slice(0, 20)}`,
      ),
  );
  return (
    overBrackets ??
    (quotes.length > 2 ? quotes.findLast((at) => blank.charAt(at) === '"') : undefined) ??
    quotes[0] ??
    -1
  );
}

/** `Beagle" by Yasuko Yamano` lost its first quote. */
function strayClosingQuote(body: string): number {
  const at = body.indexOf('" by ');
  return at > 0 ? at : -1;
}

function splitBehind(text: string): Pick<SongParts, "behind" | "credit"> {
  const groups = outerGroups(text);
  const by = ANY_BY.exec(blankGroups(text, groups)) ?? ANY_BY.exec(text);
  if (!by) return splitWithoutBy(text);
  const between = text.slice(0, by.index + (/^\W/.test(by[0]) ? 1 : 0));
  const words = blankGroups(between, outerGroups(between))
    .replace(/["\s]+/g, " ")
    .trim();
  const behind = [...outerGroups(between).map(({ inner }) => inner), ...(words ? [words] : [])];
  return { behind, credit: text.slice(by.index + by[0].length) };
}

/** `"co.no.mi.chi" Buono! (eps 18-25)`: the artist follows without "by"; brackets alone belong to the title. */
function splitWithoutBy(text: string): Pick<SongParts, "behind" | "credit"> {
  const trimmed = text.trim().replace(/^by$/, "");
  const [first] = outerGroups(trimmed);
  if (first?.start !== 0 || /^(?:eps?|episodes?)\b/i.test(first.inner)) return { behind: [], credit: trimmed };
  return { behind: [first.inner], credit: trimmed.slice(first.end).trim() };
}

/** No quotes, or only the first one: the title ends at "by"; a row of names and voice actors is a credit. */
function splitUnquoted(body: string): Pick<SongParts, "quoted" | "behind" | "credit"> {
  const unclosed = outerGroups(body).find(
    ({ inner, end }) => isNative(inner) && / \p{L}/u.test(body.slice(end, end + 2)),
  );
  const guests = /^Guest Vocals?: ?/i.exec(body);
  if (guests) return { quoted: "", behind: [], credit: body.slice(guests[0].length) };
  const by = ANY_BY.exec(blankGroups(body, outerGroups(body))) ?? ANY_BY.exec(body);
  if (by)
    return { quoted: body.slice(0, by.index + 1).trim(), behind: [], credit: body.slice(by.index + by[0].length) };
  if (unclosed) return { quoted: body.slice(0, unclosed.end), behind: [], credit: body.slice(unclosed.end).trim() };
  if (isCastList(body)) return { quoted: "", behind: [], credit: body };
  const episodes = /[([](?=[^()[\]]{0,40}\b(?:eps?|episodes?)\b)/i.exec(body)?.index ?? body.length;
  return { quoted: body.slice(0, episodes).trim(), behind: [], credit: body.slice(episodes) };
}

/** "(Manami Numakura)" continues the row before; "Popuko (Kenji Akabane), Pipimi (Shunsuke Takeuchi)" is a cast. */
function isCastList(body: string): boolean {
  if (/^[([]/.test(body)) return true;
  return /^[^()"]{1,60} \([^()]{1,60}\) ?[,&] ?[^()"]{1,60} \(/.test(body);
}
