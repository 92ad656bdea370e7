import {
  type APIApplicationCommandOptionChoice,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  TextInputStyle,
} from "discord.js";
import type { Anime } from "../../domain/anime.ts";
import { titleFor } from "./anime-facts.ts";
import { button, type MenuOption, menu, rows } from "./buttons.ts";
import { LIMITS } from "./limits.ts";
import { cut, escaped } from "./markdown.ts";
import { type DiscordMessage, message } from "./message.ts";
import type { Reader } from "./reader.ts";

/** The custom id of the form's only field. */
export const TITLE_FIELD = "title";

/** The form that "Search by title" opens; what was typed comes back in the field `TITLE_FIELD`. */
export function titleForm({ say, customId }: Reader): APIModalInteractionResponseCallbackData {
  return {
    custom_id: customId("search"),
    title: cut(say.plain("search.form"), LIMITS.modalTitle),
    components: [
      {
        type: ComponentType.Label,
        label: cut(say.plain("search.field"), LIMITS.inputLabel),
        component: {
          type: ComponentType.TextInput,
          custom_id: TITLE_FIELD,
          style: TextInputStyle.Short,
          min_length: 1,
          max_length: MAX_QUERY,
          placeholder: cut(say.plain("search.example"), LIMITS.optionLabel),
          required: true,
        },
      },
    ],
  };
}

/** The longest title of AniList has some 200 letters. */
const MAX_QUERY = 200;

/** What a title search found, in a menu; or that it found nothing, with another try. */
export function presentTitleResults(query: string, found: readonly Anime[], reader: Reader): DiscordMessage {
  const { say } = reader;
  const asked = escaped(query, MAX_QUERY);
  if (found.length === 0) {
    return message({
      content: say.markdown("search.none", { query: asked }).markdown,
      components: rows([button("search", "button.search", reader, "primary")]),
    });
  }
  const options = distinct(found).map(
    (anime): MenuOption => ({
      label: titleFor(anime, reader),
      description: facts(anime, reader),
      value: String(anime.anilistId),
    }),
  );
  return message({
    content: say.markdown("search.found", { query: asked }).markdown,
    components: [
      menu("title", { placeholder: say.plain("menu.title"), options }, reader),
      ...rows([button("search", "button.search", reader)]),
    ],
  });
}

/** Suggestions while a title is typed; the value is the AniList id. */
export function titleChoices(
  found: readonly Anime[],
  reader: Pick<Reader, "say" | "titleStyle">,
): APIApplicationCommandOptionChoice<string>[] {
  return distinct(found)
    .slice(0, LIMITS.autocompleteChoices)
    .map((anime) => {
      const known = facts(anime, reader);
      const name = known === "" ? titleFor(anime, reader) : `${cut(titleFor(anime, reader), MAX_NAME)} (${known})`;
      return { name: cut(name, LIMITS.choiceName), value: String(anime.anilistId) };
    });
}

/** Leaves room for format and year. */
const MAX_NAME = 75;

/** A menu with one value twice is refused. */
function distinct(found: readonly Anime[]): readonly Anime[] {
  return [...new Map(found.map((anime) => [anime.anilistId, anime])).values()];
}

function facts({ format, startDate }: Anime, { say }: Pick<Reader, "say">): string {
  const known = [format === null ? "" : say.plain(`format.${format}`), String(startDate.year ?? "")];
  return known.filter((fact) => fact !== "").join(", ");
}
