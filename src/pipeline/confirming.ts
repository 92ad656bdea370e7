import type { AnilistId } from "../domain/anime.ts";
import type { AskedPicture, Confirmation, Speaker } from "../domain/confirmation.ts";
import type { PosterId } from "../domain/poster.ts";
import type { Turn } from "./fair-line.ts";
import type { NewPoster } from "./ports.ts";

/** A person says which anime a picture of their question shows. */
export interface ConfirmationWish extends AskedPicture, Speaker {
  readonly anilistId: AnilistId;
  /** what the person was shown; used where no source can be asked */
  readonly title: string;
  /** true: it is only noted, until a moderator approves it */
  readonly isSubjectToApproval: boolean;
}

export type Confirmed =
  | {
      readonly kind: "learnt";
      readonly confirmation: Confirmation;
      /** the anime's official cover: stored before, added now, or fetched later because it could not be had */
      readonly cover: "known" | "added" | "owed";
    }
  | { readonly kind: "awaiting"; readonly confirmation: Confirmation }
  /** somebody's word stands already, perhaps the same person's from a moment ago */
  | { readonly kind: "already"; readonly confirmation: Confirmation }
  /** the picture is no longer kept */
  | { readonly kind: "gone" }
  /** enough for a day */
  | { readonly kind: "limit"; readonly of: "user" | "guild" };

/** What people confirm, kept with the posters in one transaction. Everything in and out can be cloned. */
export interface Confirming {
  /** @throws OpfindError image-* | queue-* | embedder-failed | disk-full | store-busy | anime-unknown | aborted */
  confirm(wish: ConfirmationWish, turn: Turn, signal: AbortSignal): Promise<Confirmed>;
  /** Learns what awaits approval; `gone` when nothing does. @throws like `confirm` */
  approve(picture: AskedPicture, decidedBy: string, turn: Turn, signal: AbortSignal): Promise<Confirmed>;
  /** @returns what was rejected, null when nothing awaits approval */
  reject(picture: AskedPicture, decidedBy: string): Promise<Confirmation | null>;
  /** Takes a confirmation back, with the poster it brought. @returns it, null when it does not stand there */
  undo(confirmationId: number, by: Undoer): Promise<Confirmation | null>;
  /** Whose word brought a poster, as far as it stands; null for one that came another way. */
  confirmationOf(posterId: PosterId): Promise<Confirmation | null>;
  /** The picture of a question as it was sent, null when it is no longer kept. */
  picture(picture: AskedPicture): Promise<PictureFile | null>;
  /** The confirmation that stands for a picture. */
  standing(picture: AskedPicture): Promise<Confirmation | null>;
  /** Confirmations of a server that stand, newest first. */
  recent(guildId: string, limit: number): Promise<readonly Confirmation[]>;
  /** Fetches the covers that were owed. @returns how many are owed still */
  payCovers(signal: AbortSignal): Promise<number>;
}

export interface PictureFile {
  readonly bytes: Uint8Array;
  readonly file: string;
}

export interface Undoer {
  readonly userId: string;
  /** only what was confirmed in this server; null for anywhere */
  readonly guildId: string | null;
}

export interface DayLimits {
  readonly perUser: number;
  readonly perGuild: number;
}

/** What is written of a confirmation. */
export interface LedgerEntry extends Omit<ConfirmationWish, "isSubjectToApproval"> {
  readonly owesCover: boolean;
  /** set when it was awaiting and is approved now */
  readonly approvedBy: string | null;
}

/** The truth about confirmations; it shares its file and its transactions with the poster store. */
export interface ConfirmationLedger {
  standing(picture: AskedPicture): Confirmation | null;
  /** Confirmations since a moment, in whatever state they are now. */
  countSince(since: number, by: { readonly userId: string } | { readonly guildId: string }): number;
  /** The picture as it was sent, null when it is no longer kept. */
  picture(picture: AskedPicture): PictureFile | null;
  /** Is there a poster of this anime? Its names, as far as stored. */
  animeOf(anilistId: AnilistId): NewPoster["anime"] | null;
  /**
   * Adds the posters, the confirmed one first, and writes the confirmation: all or nothing. @returns null when another
   * confirmation stands by then. @throws OpfindError disk-full | store-busy
   */
  commit(posters: readonly [NewPoster, ...NewPoster[]], entry: LedgerEntry): Promise<Confirmation | null>;
  /** Notes a wish for a moderator. @returns null when another confirmation stands by then */
  note(wish: ConfirmationWish): Confirmation | null;
  reject(picture: AskedPicture, decidedBy: string): Confirmation | null;
  undo(confirmationId: number, by: Undoer): Promise<Confirmation | null>;
  confirmationOf(posterId: PosterId): Confirmation | null;
  recent(guildId: string, limit: number): readonly Confirmation[];
  /** Anime whose official cover is still owed. */
  owedCovers(): readonly AnilistId[];
  /** The cover came, or there is none to come. */
  settleCover(anilistId: AnilistId): void;
}
