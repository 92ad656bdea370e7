import { plainText } from "../plain-text.ts";

/** Text that Discord may render: ours, or from outside and escaped. Outside text alone never has this type. */
export interface Markdown {
  readonly markdown: string;
}

export const NOTHING: Markdown = { markdown: "" };

/** Words of our own that may carry markup. Never for anything that came from outside. */
export function ours(markdown: string): Markdown {
  return { markdown };
}

/**
 * Text from outside for one line of Discord: no mention, link, emoji, heading, list or style comes to life in it.
 * @param most length after escaping; what does not fit ends with "…"
 */
export function escaped(text: string, most = Number.POSITIVE_INFINITY): Markdown {
  const plain = plainText(text);
  const whole = withEscapes(plain);
  return { markdown: whole.length <= most ? whole : shortened(plain, most, withEscapes) };
}

/** Text from outside for where Discord renders no markup: labels, footers, alt texts, the titles of forms. */
export function cut(text: string, most: number): string {
  const plain = plainText(text);
  if (plain.length <= most) return plain;
  return shortened(plain, most, (letter) => letter);
}

export function joined(parts: readonly Markdown[], separator: string): Markdown {
  const said = parts.map(({ markdown }) => markdown).filter((markdown) => markdown !== "");
  return { markdown: said.join(separator) };
}

export function bold({ markdown }: Markdown): Markdown {
  return { markdown: markdown === "" ? "" : `**${markdown}**` };
}

export function italic({ markdown }: Markdown): Markdown {
  return { markdown: markdown === "" ? "" : `*${markdown}*` };
}

export function spoiler({ markdown }: Markdown): Markdown {
  return { markdown: markdown === "" ? "" : `||${markdown}||` };
}

export function heading({ markdown }: Markdown): Markdown {
  return { markdown: `### ${markdown}` };
}

/** A masked link; the bare label where the address is not one to send people to. */
export function linked(label: Markdown, url: string | null): Markdown {
  const target = httpsOnly(url);
  if (target === null) return label;
  // Discord looks for the end of a label before it looks for escapes: brackets in it have to be others.
  const inside = label.markdown.replaceAll("\\[", "\\(").replaceAll("\\]", ")");
  return { markdown: `[${inside}](${target})` };
}

/** The address as it may stand in a masked link or an embed's field; null unless it is a plain https one. */
export function httpsOnly(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const { protocol, username, password, href } = new URL(url);
  if (protocol !== "https:" || username !== "" || password !== "" || href.length > MAX_LINK) return null;
  return href.replace(ENDS_A_LINK, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The longest address among 9,000 of AnimeThemes has 96 characters; Discord's own limit for an embed's is 2,048. */
const MAX_LINK = 400;

/** What would end a masked link, or the bold, code or spoiler around it. */
const ENDS_A_LINK = /[()*|`[\]\\<>~]/g;

/**
 * Discord's escape rule takes any punctuation after a backslash. Colons are in it for "https:", ":emoji:" and
 * "steam:", dots for "1." and for invites ("discord.gg/…"), which become links without a scheme. Parentheses: the client
 * takes the last "](" of a text for the end of a label, so "](…" in a song would turn a link of ours elsewhere.
 */
const MARKUP = /[\\`*_~|[\](<>@#:.]/g;

/** Only at the start of a line do these make a list. */
const LIST_START = /^[-+]/;

function withEscapes(plain: string): string {
  return plain.replace(MARKUP, "\\$&").replace(LIST_START, "\\$&");
}

/**
 * As many whole letters as fit, each made safe by itself, so that no escape is torn apart; half of an emoji or of a
 * surrogate pair is no letter.
 */
function shortened(plain: string, most: number, safe: (letter: string) => string): string {
  let text = "";
  for (const { segment } of LETTERS.segment(plain)) {
    const letter = safe(segment);
    if (text.length + letter.length > most - 1) break;
    text += letter;
  }
  return `${text.trimEnd()}…`;
}

const LETTERS = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Names a person without calling them: in embeds nobody is notified, and messages allow no mention. */
export function userMention(userId: string): Markdown {
  if (!/^\d{1,20}$/.test(userId)) throw new RangeError(`"${userId}" is no id of a Discord user`);
  return { markdown: `<@${userId}>` };
}
