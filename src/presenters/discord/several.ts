import type { ErrorCode } from "../../errors.ts";
import { titleFor } from "./anime-facts.ts";
import { type MenuOption, menu } from "./buttons.ts";
import { type Choice, choiceTitle, presentAmbiguous } from "./choice.ts";
import { COLOURS, sureness } from "./confidence-text.ts";
import { failureText, presentFailureMessage } from "./failure-text.ts";
import { bold, escaped, joined } from "./markdown.ts";
import { type MatchAnswer, presentMatch } from "./match.ts";
import { type DiscordMessage, message } from "./message.ts";
import type { Reader } from "./reader.ts";
import { presentUnknown } from "./unknown.ts";

/** What was found out about one picture. */
export type PictureAnswer =
  | { readonly kind: "match"; readonly answer: MatchAnswer }
  | { readonly kind: "ambiguous"; readonly choices: readonly Choice[]; readonly sheet: Buffer | null }
  | { readonly kind: "unknown" }
  | { readonly kind: "failed"; readonly code: ErrorCode };

/** One picture's answer, whatever it is. */
export function presentPicture(picture: PictureAnswer, reader: Reader): DiscordMessage {
  switch (picture.kind) {
    case "match":
      return presentMatch(picture.answer, reader);
    case "ambiguous":
      return presentAmbiguous(picture.choices, picture.sheet, reader);
    case "unknown":
      return presentUnknown(reader);
    case "failed":
      return presentFailureMessage(picture.code, reader.say);
  }
}

/**
 * Several pictures in one message: an overview, and a menu to look at each.
 * @param shown which picture, from 0; null for the overview
 */
export function presentSeveral(
  pictures: readonly PictureAnswer[],
  shown: number | null,
  reader: Reader,
): DiscordMessage {
  const picture = shown === null ? undefined : pictures[shown];
  const answer = picture ? presentPicture(picture, reader) : overview(pictures, reader);
  return { ...answer, components: [pictureMenu(pictures, picture ? shown : null, reader), ...answer.components] };
}

function overview(pictures: readonly PictureAnswer[], reader: Reader): DiscordMessage {
  const { say } = reader;
  const named = pictures.filter(({ kind }) => kind === "match").length;
  const lines = pictures.map((picture, at) =>
    joined([bold(say.markdown("choice.number", { number: at + 1 })), escaped(summary(picture, reader), MAX_LINE)], " "),
  );
  const counted = say.markdown("several.named", { named, count: pictures.length });
  return message({
    embeds: [
      {
        color: named > 0 ? COLOURS.sure : COLOURS.unknown,
        title: say.plain("several.title", { count: pictures.length }),
        description: joined([counted, ...lines], "\n").markdown,
      },
    ],
  });
}

/** Ten pictures are Discord's limit for a message; 25 such lines would still fit a description. */
const MAX_LINE = 150;

function summary(picture: PictureAnswer, reader: Reader): string {
  const { say } = reader;
  switch (picture.kind) {
    case "match": {
      const { match, songs } = picture.answer;
      const seasons = "failure" in songs ? [] : songs.seasons;
      const season = seasons.find(({ anime }) => anime.anilistId === match.anilistId);
      const title = season ? titleFor(season.anime, reader) : match.title;
      return say.plain("several.match", { title, sure: sureness(match.confidence, say) });
    }
    case "ambiguous":
      return say.plain("several.ambiguous", {
        titles: picture.choices.map((choice) => choiceTitle(choice, reader)).join(", "),
      });
    case "unknown":
      return say.plain("several.unknown");
    case "failed":
      return failureText(picture.code, say);
  }
}

function pictureMenu(pictures: readonly PictureAnswer[], shown: number | null, reader: Reader) {
  const { say } = reader;
  const options: readonly MenuOption[] = [
    { label: say.plain("menu.overview"), value: "-1", isChosen: shown === null },
    ...pictures.map((picture, at) => ({
      label: say.plain("several.image", { number: at + 1 }),
      description: summary(picture, reader),
      value: String(at),
      isChosen: at === shown,
    })),
  ];
  return menu("image", { placeholder: say.plain("menu.image"), options }, reader);
}
