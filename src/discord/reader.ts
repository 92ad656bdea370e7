import type { Reader } from "../presenters/discord/reader.ts";
import type { Words } from "../presenters/discord/words.ts";
import { type Place, writeCustomId } from "./custom-id.ts";
import type { GuildSettings } from "./guild-settings.ts";

/** For whom an answer is made, and what its buttons belong to. */
interface Reading extends Place {
  readonly words: Words;
  readonly settings: GuildSettings;
  readonly locale: string;
  readonly isAgeRestricted: boolean;
}

export function readerFor({ words, settings, locale, isAgeRestricted, ...place }: Reading): Reader {
  return {
    say: words.in(localeFor(settings, locale)),
    titleStyle: settings.titles,
    spoilers: settings.spoilers,
    isAgeRestricted,
    customId: (action) => writeCustomId(place, action),
  };
}

/** A server's own language comes before the person's. */
export function localeFor({ language }: GuildSettings, locale: string): string {
  return language === "auto" ? locale : language;
}
