import { button, rows } from "./buttons.ts";
import { LIMITS } from "./limits.ts";
import type { DiscordMessage } from "./message.ts";
import type { Reader } from "./reader.ts";

/** The answer to a picture that looks like a tier list, with a button that reads it; no sixth row is begun for it. */
export function withTierListOffer(answer: DiscordMessage, reader: Reader): DiscordMessage {
  if (answer.components.length >= LIMITS.rows) return answer;
  return { ...answer, components: [...answer.components, ...rows([button("read", "button.read", reader, "primary")])] };
}
