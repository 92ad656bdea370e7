import type { Anime } from "../../domain/anime.ts";
import type { Candidate } from "../../domain/identification.ts";
import { anilistUrl, titleFor } from "./anime-facts.ts";
import { button, labelled, rows } from "./buttons.ts";
import { COLOURS, sureness } from "./confidence-text.ts";
import { LIMITS } from "./limits.ts";
import { cut, escaped, joined, linked, NOTHING } from "./markdown.ts";
import { type DiscordMessage, type MessageFile, message } from "./message.ts";
import type { Reader } from "./reader.ts";

/** A candidate as far as it is known: without its anime it goes by the name on its poster. */
export interface Choice {
  readonly candidate: Candidate;
  readonly anime: Anime | null;
}

/** More would not be a choice but a list. */
export const MOST_CHOICES = 3;

/** Several anime that it could be: their covers side by side, a button for each, and "none of these". */
export function presentAmbiguous(
  choices: readonly Choice[],
  /** PNG or JPEG of `drawCandidates`; null where it could not be made */
  sheet: Buffer | null,
  reader: Reader,
): DiscordMessage {
  const { say } = reader;
  const shown = choices.slice(0, MOST_CHOICES);
  const lines = shown.map(({ candidate, anime }, at) =>
    say.markdown("choice.line", {
      number: say.plain("choice.number", { number: at + 1 }),
      title: linked(escaped(choiceTitle({ candidate, anime }, reader), MAX_TITLE), anilistUrl(candidate.anilistId)),
      sure: sureness(candidate.confidence, say),
    }),
  );
  const hasHidden = shown.some(({ anime }) => anime?.isAdult && !reader.isAgeRestricted);
  const picks = shown.map((choice, at) =>
    labelled(
      { action: `pick:${at}`, label: `${at + 1}. ${cut(choiceTitle(choice, reader), MAX_LABEL)}`, look: "primary" },
      reader,
    ),
  );
  return message({
    embeds: [
      {
        color: COLOURS.unsure,
        title: say.plain("choice.title"),
        description: joined(
          [say.markdown("choice.lead"), ...lines, hasHidden ? say.markdown("choice.covers-hidden") : NOTHING],
          "\n",
        ).markdown,
        ...(sheet ? { image: { url: `attachment://${SHEET_NAME}` } } : {}),
      },
    ],
    components: rows([...picks, button("none", "button.none", reader)]),
    files: sheet ? [sheetFile(sheet, shown, reader)] : [],
  });
}

export function choiceTitle({ candidate, anime }: Choice, reader: Reader): string {
  return (anime ? titleFor(anime, reader) : cut(candidate.title, MAX_TITLE)) || reader.say.plain("anime.title-unknown");
}

const MAX_TITLE = 180;
/** What a phone shows of a button; the whole title stands above it. */
const MAX_LABEL = 34;
const SHEET_NAME = "candidates.png";

function sheetFile(attachment: Buffer, choices: readonly Choice[], reader: Reader): MessageFile {
  const list = choices.map((choice, at) => `${at + 1}: ${choiceTitle(choice, reader)}`).join("; ");
  return {
    attachment,
    name: SHEET_NAME,
    description: cut(reader.say.plain("choice.alt", { list }), LIMITS.altText),
  };
}
