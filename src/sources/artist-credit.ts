import type { Artist } from "../domain/theme.ts";
import { blankGroups, type Group, isNative, outerGroups } from "./brackets.ts";
import { BAND_NAMES, ONE_WORD_ACTORS } from "./known-artists.ts";

export interface Credit {
  /** in the order of the text; empty when it names nobody */
  readonly artists: readonly Artist[];
  /** "English version", "composed by …" */
  readonly notes: readonly string[];
}

interface Aside {
  readonly text: string;
  /** "[Bikyoran]": members or a band, only with "CV:" a voice actor */
  readonly isSquare: boolean;
}

interface Item {
  readonly name: string;
  /** bracketed parts behind the name */
  readonly asides: readonly Aside[];
}

const SEPARATOR =
  /,|、| & (?!(?:The|THE|the|His|his) )| [Aa]nd (?!(?:The|THE|the|His|his) )| with | x | × | vs\.? | starring |(?:^| )(?:[Ff]eaturing|[Ff]eat|[Ff]t)(?:\.| |(?=[A-Z])) ?/g;
const ROLE = /[;,] ?(?=(?:and )?(?:arranged|composed|produced|written|performed|sung|lyrics|music)\b)/;
const PERFORMED = /^(?:performed|sung) by /;
const NOBODY = /^(?:\?+|unknown|n\/a|none|tba|-|\[?instrumental\]?)?$/i;
const REMARK =
  /\b(?:ver|version|english|japanese|chinese|korean|dutch|german|tv|dvd|bd|blu-ray|ova|movie|dub|remix|mix|part|season|broadcast|rebroadcast|only|instrumental|edition|opening|ending|theme|first|second|third|chorus|vocals?|piano|violin|poem|saying|composition|[12]\d{3})\b|^(?:from|of|ex) /i;
const VOICE_ACTOR = /^(?:C\.?V\.?|Seiyuu) ?[:.：]? ?(?=\S)/i;

/** Brackets nest twice in real credits: "Team [Naru (Reina Ueda)]". Deeper is no credit. */
const MAX_DEPTH = 3;

/**
 * Reads what follows "by": several artists, characters with their voice actors ("Popuko (Kenji Akabane)" is Kenji
 * Akabane as Popuko), groups with their members in brackets (the group counts), native names in brackets.
 * A name in one pair of brackets cannot be told from a band's alias; MyAnimeList means the voice actor in nearly all.
 */
export function parseCredit(text: string): Credit {
  const [main = "", ...roles] = text.split(ROLE);
  const performers = roles.filter((role) => PERFORMED.test(role)).map((role) => role.replace(PERFORMED, ""));
  const others = roles.filter((role) => !PERFORMED.test(role));
  const credits = [main.replace(/^(?:by |- )+/i, ""), ...performers].map((names) => readNames(listInBrackets(names)));
  return {
    artists: credits.flatMap(({ artists }) => artists),
    notes: [...credits.flatMap(({ notes }) => notes), ...others.map((role) => role.trim())],
  };
}

/** "N's: Kana Ueda, Mai Goto" names a group before its members, "Kemeko: Chiwa Saito" a character before the voice. */
function listInBrackets(text: string): string {
  const group = /^([^:,&()[\]]{1,60}): (?=\S)/.exec(text);
  if (group?.[1]) return `${group[1]} (${text.slice(group[0].length)})`;
  return text.replace(/^([^:,&()[\]]{1,60}) CV:? (?=\S)(.*)$/, "$1 (CV: $2)");
}

function readNames(text: string, depth = 0): Credit {
  if (depth > MAX_DEPTH) return { artists: [], notes: [] };
  const items = splitItems(text).map(readItem);
  const artists: Artist[] = [];
  const notes: string[] = [];
  const plain: Item[] = [];
  for (const item of items) {
    const aside = readAsides(item, depth);
    notes.push(...aside.notes);
    plain.push(item);
    const characters = aside.voices.length > 1 ? withTwins(plain, aside.voices.length) : [];
    if (characters.length === aside.voices.length && characters.length > 1) {
      artists.splice(artists.length - plain.length + 1, plain.length - 1);
      artists.push(...characters.map((character, at) => artist(aside.voices[at] ?? character, character)));
    } else artists.push(...itemArtists(item, aside.voices, depth), ...aside.guests);
    if (item.asides.length > 0) plain.length = 0;
  }
  return { artists: artists.filter(({ name }) => !NOBODY.test(name)), notes };
}

/**
 * The names of a row of characters before the list of their voices. Where there are more characters than voices,
 * neighbours of one family name share a voice: Ami Futami & Mami Futami.
 */
function withTwins(items: readonly Item[], voices: number): readonly string[] {
  const names: string[] = [];
  let surplus = items.length - voices;
  for (const { name } of items) {
    const before = names.at(-1);
    const isTwin = before?.includes(" ") && before.split(" ").at(-1) === name.split(" ").at(-1);
    if (surplus > 0 && isTwin) {
      names[names.length - 1] = `${before} & ${name}`;
      surplus--;
    } else names.push(name);
  }
  return names;
}

function itemArtists({ name, asides }: Item, voices: readonly string[], depth: number): readonly Artist[] {
  if (name === "") return asides.flatMap((aside) => readNames(aside.text, depth + 1).artists);
  const [actor, character] = name.split(/ as (?=\p{Lu})/u);
  // "Do as Infinity" is a band: whoever sings as somebody has a full name.
  if (actor?.includes(" ") && character) return [artist(actor, character)];
  return [voices.length === 1 && voices[0] ? artist(voices[0], name) : artist(name, null)];
}

function artist(name: string, character: string | null): Artist {
  return { name, aliasOf: null, character };
}

/** Splits at separators outside of brackets and of the names of bands. */
function splitItems(text: string): readonly string[] {
  const mask = BAND_NAMES.reduce(maskName, blankGroups(text, outerGroups(text)));
  const items: string[] = [];
  let from = 0;
  for (const { index, 0: separator } of mask.matchAll(SEPARATOR)) {
    items.push(text.slice(from, index));
    from = index + separator.length;
  }
  items.push(text.slice(from));
  return items
    .map((item) => item.trim().replace(/^(?:and |& )?(?:(?:feat|ft)\. ?)?/, ""))
    .filter((item) => item !== "" && item !== "and");
}

function maskName(text: string, name: string): string {
  const at = text.toLowerCase().indexOf(name.toLowerCase());
  return at < 0 ? text : text.slice(0, at) + "_".repeat(name.length) + text.slice(at + name.length);
}

function readItem(text: string): Item {
  const asides = outerGroups(text).filter((group) => isAside(text, group));
  const name = asides.reduceRight((rest, { start, end }) => `${rest.slice(0, start)} ${rest.slice(end)}`, text);
  return {
    name: trimName(name),
    asides: asides.map(({ start, inner }) => ({ text: inner, isSquare: text.charAt(start) === "[" })),
  };
}

/** "SawanoHiroyuki[nZk]:Tielle", "(K)NoW_NAME", "JUN SKY WALKER(S)" and "[Alexandros]" carry brackets in the name. */
function isAside(text: string, { start, end, inner }: Group): boolean {
  const isOneWord = !/[ (,.]/.test(inner);
  if (start === 0 && end === text.length) return !isOneWord || text.charAt(0) !== "[";
  if (start === 0) return text.charAt(end) === " ";
  const isAttached = text.charAt(start - 1) !== " ";
  if (isAttached && isOneWord && !isNative(inner) && !REMARK.test(inner)) return false;
  return end >= text.length || /[\s:.;([]/.test(text.charAt(end));
}

function trimName(text: string): string {
  const name = text.replace(/\s+/g, " ").replace(/^[\s:;]+|[\s:;]+$/g, "");
  const isQuoteStray = name.split('"').length % 2 === 0 || /^"[^"]*"$/.test(name);
  const plain = isQuoteStray ? name.replaceAll('"', "") : name;
  return (plain.includes("(") ? plain : plain.replace(/\)$/, "")).trim();
}

function readAsides(
  { name, asides }: Item,
  depth: number,
): { voices: readonly string[]; guests: readonly Artist[]; notes: string[] } {
  const voices: string[] = [];
  const guests: Artist[] = [];
  const notes: string[] = [];
  for (const { text, isSquare } of name === "" ? [] : asides) {
    if (VOICE_ACTOR.test(text)) voices.push(...splitItems(text.replace(VOICE_ACTOR, "")));
    else if (/^(?:feat|ft)/i.test(text)) guests.push(...readNames(text, depth + 1).artists);
    // An aside that is cut off: the source keeps 255 characters, and "(eps 1-12)" stood last.
    else if (isNative(text) || text === "" || /^e(?:p|ps|pi\w*)?\.?$/i.test(text)) continue;
    else if (REMARK.test(text)) notes.push(text);
    else if (voices.length === 0 && !isSquare) voices.push(...listedNames(text));
  }
  return { voices, guests, notes };
}

/** "Naru (Reina Ueda), Hana (Minami Tanaka)" lists members with their own brackets: no voices of the name before. */
function listedNames(aside: string): readonly string[] {
  const names = splitItems(aside);
  const [only = ""] = names;
  if (names.length === 1 && !only.includes(" ") && !ONE_WORD_ACTORS.has(only)) return [];
  return names.some((name) => outerGroups(name).length > 0) ? [] : names;
}
