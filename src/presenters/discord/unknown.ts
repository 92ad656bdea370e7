import { button, rows } from "./buttons.ts";
import { COLOURS } from "./confidence-text.ts";
import { joined } from "./markdown.ts";
import { type DiscordMessage, message } from "./message.ts";
import type { Reader } from "./reader.ts";

/** A picture that is none of the posters known. */
export function presentUnknown(reader: Reader): DiscordMessage {
  const { say } = reader;
  return message({
    embeds: [
      {
        color: COLOURS.unknown,
        title: say.plain("unknown.title"),
        description: joined([say.markdown("unknown.text"), say.markdown("unknown.hint")], "\n").markdown,
      },
    ],
    components: rows([button("search", "button.search", reader, "primary")]),
  });
}

/** After "none of these". */
export function presentNoneOfThese(reader: Reader): DiscordMessage {
  return message({
    embeds: [{ color: COLOURS.unknown, description: reader.say.plain("unknown.none") }],
    components: rows([button("search", "button.search", reader, "primary")]),
  });
}
