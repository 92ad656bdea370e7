import type { AnilistId } from "../domain/anime.ts";
import type { Action } from "../presenters/discord/action.ts";

/** What a button, menu or form belongs to. */
export interface Place {
  readonly requestId: string;
  /** of the pictures of the question, from 0 */
  readonly picture: number;
  /** the anime that the answer shows; null when it shows none or several */
  readonly anilistId: AnilistId | null;
}

export interface Click extends Place {
  readonly action: Action;
}

/** A later scheme gets another number: buttons of a former one are answered as expired, never misread. */
const VERSION = "v1";

/** `v1:<action>:<request>:<picture>.<anime>[.<argument of the action>]`, at most 100 characters. */
export function writeCustomId({ requestId, picture, anilistId }: Place, action: Action): string {
  const [verb = "", argument] = action.split(":");
  const place = [picture, anilistId ?? 0, ...(argument === undefined ? [] : [argument])].join(".");
  return [VERSION, verb, requestId, place].join(":");
}

/** @returns null for what this version did not write */
export function readCustomId(text: string): Click | null {
  const parts = PATTERN.exec(text)?.groups;
  if (!parts) return null;
  const { verb = "", requestId = "", picture, anime, argument } = parts;
  const action = readAction(verb, argument);
  if (!action) return null;
  const anilistId = Number(anime);
  return { requestId, picture: Number(picture), anilistId: anilistId === 0 ? null : anilistId, action };
}

const PATTERN =
  /^v1:(?<verb>[a-z]{1,10}):(?<requestId>[A-Za-z0-9_-]{1,40}):(?<picture>\d{1,3})\.(?<anime>\d{1,9})(?:\.(?<argument>-?[a-z0-9]{1,8}))?$/;

function readAction(verb: string, argument: string | undefined): Action | null {
  const plain = PLAIN.find((name) => name === verb);
  if (plain) return argument === undefined ? plain : null;
  if (verb === "export") {
    const format = FORMATS.find((name) => name === argument);
    return format ? `export:${format}` : null;
  }
  const number = Number(argument);
  if (argument === undefined || !Number.isInteger(number)) return null;
  if (verb === "pick") return `pick:${number}`;
  return verb === "page" ? `page:${number}` : null;
}

const FORMATS = ["json", "csv", "m3u8", "text"] as const;
const PLAIN = [
  "confirm",
  "wrong",
  "none",
  "search",
  "title",
  "songs",
  "playlist",
  "share",
  "jump",
  "image",
  "tierlist",
  "more",
  "cancel",
  "review",
  "approve",
  "reject",
  "undo",
] as const;
