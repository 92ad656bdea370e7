import type { TitleStyle } from "../song-line.ts";
import type { Action } from "./action.ts";
import type { Say } from "./words.ts";

/** What a guild does with versions that give the story away: veil them, show them, leave them out. */
export type SpoilerPolicy = "hide" | "show" | "omit";

/** For whom and where an answer is made. */
export interface Reader {
  readonly say: Say;
  readonly titleStyle: TitleStyle;
  readonly spoilers: SpoilerPolicy;
  /** NSFW songs and the covers of adult anime are shown only in channels with an age limit */
  readonly isAgeRestricted: boolean;
  /** the custom id of a button of this answer; the router's scheme, at most 100 characters, another for each action */
  readonly customId: (action: Action) => string;
}
