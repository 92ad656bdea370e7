import type { AnilistId } from "../domain/anime.ts";
import type { AskedPicture, Confirmation } from "../domain/confirmation.ts";
import type { PosterId } from "../domain/poster.ts";
import { OpfindError } from "../errors.ts";
import {
  APPROVAL_MS,
  type ConfirmationLedger,
  type ConfirmationWish,
  type Confirmed,
  type ConfirmedPosters,
  type Confirming,
  type DayLimits,
  type LedgerEntry,
  type PictureFile,
  type Undoer,
} from "./confirming.ts";
import type { Turn } from "./fair-line.ts";
import type { LearnedPoster, PosterToLearn } from "./learn-poster.ts";
import type { Clock, NewPoster } from "./ports.ts";

export interface ConfirmDeps {
  readonly ledger: ConfirmationLedger;
  readonly posters: ConfirmedPosters;
  /** decode → views → embed, when its turn comes */
  readonly prepare: (poster: PosterToLearn, turn: Turn, signal: AbortSignal) => Promise<NewPoster>;
  /** An anime's card and official cover. @throws OpfindError anime-unknown | cover-missing | url-forbidden | source-… */
  readonly officialCover: (anilistId: AnilistId, signal: AbortSignal) => Promise<PosterToLearn>;
  readonly learn: (poster: PosterToLearn, turn: Turn, signal: AbortSignal) => Promise<LearnedPoster>;
  /** makes what was stored searchable at once */
  readonly onStored: () => Promise<void>;
  readonly limits: DayLimits;
  readonly clock: Pick<Clock, "now">;
  /** how long a person waits for AniList's picture server before the cover is owed */
  readonly coverPatienceMs?: number;
}

const DAY_MS = 24 * 60 * 60_000;
const COVER_PATIENCE_MS = 8_000;
const COVER_LANE = "covers";
const FINISH_LANE = "finish";

/** Opens the stage that makes posters of what people confirm. */
export function openConfirming(deps: ConfirmDeps): Confirming {
  return new Confirmer(deps);
}

class Confirmer implements Confirming {
  readonly #deps: ConfirmDeps;

  constructor(deps: ConfirmDeps) {
    this.#deps = deps;
  }

  async confirm(wish: ConfirmationWish, turn: Turn, signal: AbortSignal): Promise<Confirmed> {
    const { ledger, clock } = this.#deps;
    const before = ledger.standing(wish);
    if (before) return { kind: "already", confirmation: before };
    const begun = ledger.begun(wish);
    if (begun) return await this.#learn(begun, turn, signal);
    if (!ledger.picture(wish)) return { kind: "gone" };
    const of = this.#exceeded(wish);
    if (of) return { kind: "limit", of };
    if (!wish.isSubjectToApproval) return await this.#learn({ ...wish, approvedBy: null }, turn, signal);
    const confirmation = ledger.note(wish, clock.now() + APPROVAL_MS);
    return confirmation ? { kind: "awaiting", confirmation } : this.#already(wish);
  }

  async approve(picture: AskedPicture, decidedBy: string, turn: Turn, signal: AbortSignal): Promise<Confirmed> {
    await this.expire();
    const awaiting = this.#deps.ledger.standing(picture);
    if (!awaiting) return { kind: "gone" };
    if (awaiting.state !== "awaiting") return { kind: "already", confirmation: awaiting };
    return await this.#learn({ ...awaiting, approvedBy: decidedBy }, turn, signal);
  }

  async reject(picture: AskedPicture, decidedBy: string): Promise<Confirmation | null> {
    await this.expire();
    return this.#deps.ledger.reject(picture, decidedBy);
  }

  async undo(confirmationId: number, by: Undoer): Promise<Confirmation | null> {
    const undone = await this.#deps.posters.undo(confirmationId, by);
    if (undone) await this.#deps.onStored();
    return undone;
  }

  async standing(picture: AskedPicture): Promise<Confirmation | null> {
    return this.#deps.ledger.standing(picture);
  }

  async confirmationOf(posterId: PosterId): Promise<Confirmation | null> {
    return this.#deps.ledger.confirmationOf(posterId);
  }

  async picture(picture: AskedPicture): Promise<PictureFile | null> {
    return this.#deps.ledger.picture(picture);
  }

  async recent(guildId: string, limit: number): Promise<readonly Confirmation[]> {
    return this.#deps.ledger.recent(guildId, limit);
  }

  async waiting(guildId: string, limit: number): Promise<readonly Confirmation[]> {
    await this.expire();
    return this.#deps.ledger.waiting(guildId, limit);
  }

  async expire(): Promise<number> {
    const { ledger, clock } = this.#deps;
    return ledger.expire(clock.now() - APPROVAL_MS);
  }

  async finish(signal: AbortSignal): Promise<void> {
    const { ledger, posters } = this.#deps;
    await posters.settle();
    const failures: OpfindError[] = [];
    for (const begun of ledger.unfinished()) {
      try {
        const { kind } = await this.#learn(begun, { lane: FINISH_LANE }, signal);
        if (kind !== "learnt") ledger.abandon(begun);
      } catch (error) {
        if (signal.aborted || !(error instanceof OpfindError)) throw error;
        failures.push(error); // one that cannot be ended now must not keep the others
      }
    }
    if (failures[0]) throw failures[0];
  }

  async payCovers(signal: AbortSignal): Promise<number> {
    const { ledger, officialCover, learn } = this.#deps;
    for (const anilistId of ledger.owedCovers()) {
      try {
        await learn(await officialCover(anilistId, signal), { lane: COVER_LANE }, signal);
        ledger.settleCover(anilistId);
      } catch (error) {
        if (signal.aborted || !(error instanceof OpfindError)) throw error;
        if (HOPELESS.has(error.code)) ledger.settleCover(anilistId);
      }
    }
    return ledger.owedCovers().length;
  }

  /** Together: the person's picture, the cover of an anime that no poster shows yet, the person's word. */
  async #learn(said: Said, turn: Turn, signal: AbortSignal): Promise<Confirmed> {
    const { ledger, posters, prepare, onStored } = this.#deps;
    const image = ledger.picture(said);
    if (!image) return { kind: "gone" };
    const known = await posters.animeOf(said.anilistId, signal);
    const cover = known ? null : await this.#cover(said.anilistId, turn, signal);
    const anime = known ?? cover?.anime ?? nameless(said);
    const learning = { ...image, anime, source: "confirmation", addedBy: `discord:${said.userId}` };
    const poster = await prepare(learning, turn, signal);
    const owesCover = known === null && cover === null;
    const confirmation = await posters.commit(cover ? [poster, cover] : [poster], { ...said, owesCover });
    if (!confirmation) return this.#already(said);
    await onStored();
    return { kind: "learnt", confirmation, cover: known ? "known" : cover ? "added" : "owed" };
  }

  /** @returns null when it cannot be had now: what the person confirmed does not wait for it */
  async #cover(anilistId: AnilistId, turn: Turn, signal: AbortSignal): Promise<NewPoster | null> {
    const { officialCover, prepare, coverPatienceMs = COVER_PATIENCE_MS } = this.#deps;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), coverPatienceMs);
    try {
      return await prepare(await officialCover(anilistId, AbortSignal.any([signal, late.signal])), turn, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof OpfindError)) throw error;
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  #exceeded({ userId, guildId }: ConfirmationWish): "user" | "guild" | null {
    const { ledger, limits, clock } = this.#deps;
    const since = clock.now() - DAY_MS;
    if (ledger.countSince(since, { userId }) >= limits.perUser) return "user";
    return guildId !== null && ledger.countSince(since, { guildId }) >= limits.perGuild ? "guild" : null;
  }

  /** Somebody else was quicker; they may also have taken it back since. */
  #already(picture: AskedPicture): Confirmed {
    const confirmation = this.#deps.ledger.standing(picture);
    return confirmation ? { kind: "already", confirmation } : { kind: "gone" };
  }
}

type Said = Omit<LedgerEntry, "owesCover">;

/** No later try brings a cover. */
const HOPELESS: ReadonlySet<string> = new Set(["anime-unknown", "cover-missing"]);

/** An anime that no source could tell about; the cover, once it comes, brings its names. */
function nameless({ anilistId, title }: Said): NewPoster["anime"] {
  return { anilistId, malId: null, title: { romaji: title, english: null, native: null } };
}
