import type { AnilistId } from "./anime.ts";
import type { PosterId } from "./poster.ts";

/** A picture of a question that was asked on Discord. `picture` counts from 0. */
export interface AskedPicture {
  readonly requestId: string;
  readonly picture: number;
}

/** Where and by whom something was said on Discord. */
export interface Speaker {
  readonly userId: string;
  /** null in direct messages */
  readonly guildId: string | null;
  readonly channelId: string | null;
}

/** A person's word that a picture shows an anime. */
export interface Confirmation extends AskedPicture, Speaker {
  readonly confirmationId: number;
  readonly anilistId: AnilistId;
  readonly title: string;
  /** null while a moderator has not approved it */
  readonly posterId: PosterId | null;
  /** false when the picture was a poster of this anime already: an undo leaves that one alone */
  readonly isNew: boolean;
  /** milliseconds since the epoch */
  readonly at: number;
  /** expired: it awaited a moderator, and nobody decided */
  readonly state: "awaiting" | "confirmed" | "undone" | "rejected" | "expired";
  /** who approved, rejected or undid it */
  readonly decidedBy: string | null;
}
