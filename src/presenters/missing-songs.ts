import type { FranchiseSongs, Missing } from "../domain/franchise.ts";
import { plainText } from "./plain-text.ts";
import { SOURCE_NAMES } from "./song-line.ts";

/** What the answer lacks and why, one sentence each, none twice. */
export function missingInWords({ missing, isCut }: FranchiseSongs): readonly string[] {
  const cut = "The franchise is larger than this list: the search for more titles stopped at its limit.";
  return [...new Set([...(isCut ? [cut] : []), ...missing.map(missingSentence)])];
}

function missingSentence({ part, source, reason, detail }: Missing): string {
  // The walk over the sources names the anime; a sentence of ours could not.
  if (reason === "not-catalogued") return plainText(detail);
  const name = source === "snapshot" ? `The ${SOURCE_NAMES[source]}` : SOURCE_NAMES[source];
  const cause = causeOf(plainText(detail));
  return `${name} ${REASONS[reason]}${cause === "" ? "" : ` (${cause})`}, so ${PARTS[part]} may be missing.`;
}

/** A failure's sentence says again what failed: "AniList is down: it answered with status 502." leaves the end. */
function causeOf(detail: string): string {
  return detail.replace(/^[^:]{1,80}: (?=\S)/, "").replace(/\.$/, "");
}

const PARTS: Readonly<Record<Missing["part"], string>> = {
  identity: "titles and dates",
  relations: "seasons",
  songs: "songs",
};

const REASONS: Readonly<Record<Exclude<Missing["reason"], "not-catalogued">, string>> = {
  down: "is down",
  throttled: "asks to wait before the next question",
  refused: "refuses to answer",
  "other-shape": "answered in a form that this version does not know",
  timeout: "did not answer in time",
  offline: "was not asked, because opfind runs offline",
  "not-configured": "is not set up here",
};
