import { LIMITS } from "./limits.ts";
import { escaped, type Markdown } from "./markdown.ts";
import { type DiscordMessage, message } from "./message.ts";
import type { Say, WordKey } from "./words.ts";

/** Short sentences about what just happened: queue, cooldown, expiry, permissions, thanks. */
export type NoticeKey = Extract<WordKey, `notice.${string}`>;

/** One sentence as a message. Texts in it come from outside; they are shortened and escaped. */
export function presentNotice(
  key: NoticeKey,
  values: Readonly<Record<string, string | number | Markdown>>,
  say: Say,
): DiscordMessage {
  const fitting = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === "string" ? escaped(value, MAX_VALUE) : value,
  ]);
  return message({ content: say.markdown(key, Object.fromEntries(fitting)).markdown });
}

/** Two values and a sentence stay far below a content's limit. */
const MAX_VALUE = LIMITS.content / 8;
