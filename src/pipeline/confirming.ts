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

/** What people confirm becomes posters, at once or not at all. Everything in and out can be cloned. */
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
  /** What awaits a moderator of a server, oldest first. */
  waiting(guildId: string, limit: number): Promise<readonly Confirmation[]>;
  /** Ends what awaited a moderator for too long and forgets its pictures. @returns how many it were */
  expire(): Promise<number>;
  /** Ends what was begun and could not be ended: a stop, a kill or a gallery that was away came in between. @throws like `confirm` */
  finish(signal: AbortSignal): Promise<void>;
  /** Fetches the covers that were owed. @returns how many are owed still */
  payCovers(signal: AbortSignal): Promise<number>;
}

/** So long a moderator can approve what awaits one: a week has every day on which people look. */
export const APPROVAL_MS = 7 * 24 * 60 * 60_000;

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

/** The truth about confirmations. */
export interface ConfirmationLedger {
  standing(picture: AskedPicture): Confirmation | null;
  /** A confirmation on its way to the gallery; no other word about this picture counts until it has arrived. */
  begun(picture: AskedPicture): LedgerEntry | null;
  /** Every such one, oldest first. */
  unfinished(): readonly LedgerEntry[];
  /** Gives one up whose picture is lost, or about whose picture another word stands. */
  abandon(picture: AskedPicture): void;
  /** Confirmations since a moment, in whatever state they are now. */
  countSince(since: number, by: { readonly userId: string } | { readonly guildId: string }): number;
  /** The picture as it was sent, null when it is no longer kept. */
  picture(picture: AskedPicture): PictureFile | null;
  /**
   * Notes a wish for a moderator; its question and picture are kept as long as it may wait. @returns null when another
   * confirmation stands by then
   */
  note(wish: ConfirmationWish, keptUntil: number): Confirmation | null;
  waiting(guildId: string, limit: number): readonly Confirmation[];
  /** Ends what has awaited a moderator since before then, or lost its picture. @returns how many it were */
  expire(before: number): number;
  /** @returns null when nothing awaits approval, or a moderator's approval is on its way */
  reject(picture: AskedPicture, decidedBy: string): Confirmation | null;
  confirmationOf(posterId: PosterId): Confirmation | null;
  recent(guildId: string, limit: number): readonly Confirmation[];
  /** Anime whose official cover is still owed. */
  owedCovers(): readonly AnilistId[];
  /** The cover came, or there is none to come. */
  settleCover(anilistId: AnilistId): void;
}

/** Posters and the words that brought them, changed together. */
export interface ConfirmedPosters {
  /** Is there a poster of this anime? Its names, as far as stored. @throws OpfindError index-… | aborted */
  animeOf(anilistId: AnilistId, signal: AbortSignal): Promise<NewPoster["anime"] | null>;
  /**
   * Adds the posters, the confirmed one first, and writes the confirmation: all, or nothing that anybody can find. A
   * failure may leave it begun; `finish` and the next click end it. @returns null when another confirmation stands by
   * then. @throws OpfindError disk-full | store-busy | index-…
   */
  commit(posters: readonly [NewPoster, ...NewPoster[]], entry: LedgerEntry): Promise<Confirmation | null>;
  /** @returns null when it does not stand there @throws OpfindError store-busy | index-…; repeating it ends it */
  undo(confirmationId: number, by: Undoer): Promise<Confirmation | null>;
  /** Takes out what an undo could not. @throws OpfindError index-… */
  settle(): Promise<void>;
}
