import type { Database } from "better-sqlite3";
import type { AnilistId } from "../domain/anime.ts";
import type { AskedPicture, Confirmation } from "../domain/confirmation.ts";
import type { PosterId } from "../domain/poster.ts";
import type { ConfirmationLedger, ConfirmationWish, LedgerEntry, PictureFile, Undoer } from "../pipeline/confirming.ts";
import type { AddOutcome, Clock, NewPoster } from "../pipeline/ports.ts";
import { writeLogged } from "./change-log.ts";
import { type ConfirmationStatements, prepareConfirmations, toConfirmation } from "./confirmation-statements.ts";
import type { SqlitePosterStore } from "./poster-store.ts";

/** Thrown inside a transaction to take it back: somebody's word stands already. */
class StandsAlready extends Error {
  override readonly name = "StandsAlready";
}

/** The confirmations of a poster store. */
export function openLedger(store: SqlitePosterStore, clock: Clock): ConfirmationLedger {
  return store.sharing((database) => new SqliteLedger(database, store, clock));
}

class SqliteLedger implements ConfirmationLedger {
  readonly #database: Database;
  readonly #store: SqlitePosterStore;
  readonly #clock: Clock;
  readonly #sql: ConfirmationStatements;

  constructor(database: Database, store: SqlitePosterStore, clock: Clock) {
    this.#database = database;
    this.#store = store;
    this.#clock = clock;
    this.#sql = prepareConfirmations(database);
  }

  standing({ requestId, picture }: AskedPicture): Confirmation | null {
    const row = this.#sql.standing.get(requestId, picture);
    return row ? toConfirmation(row) : null;
  }

  countSince(since: number, by: { readonly userId: string } | { readonly guildId: string }): number {
    if ("userId" in by) return this.#sql.countOfUser.get(by.userId, since) ?? 0;
    return this.#sql.countOfGuild.get(by.guildId, since) ?? 0;
  }

  picture({ requestId, picture }: AskedPicture): PictureFile | null {
    return this.#sql.picture.get(requestId, picture) ?? null;
  }

  animeOf(anilistId: AnilistId): NewPoster["anime"] | null {
    const row = this.#sql.animeOf.get(anilistId);
    if (!row) return null;
    const { malId, ...title } = row;
    return { anilistId, malId, title };
  }

  async commit(posters: readonly [NewPoster, ...NewPoster[]], entry: LedgerEntry): Promise<Confirmation | null> {
    const lastPoster = this.#sql.lastPoster.get() ?? 0;
    let written: Confirmation | null = null;
    try {
      await this.#store.addTogether(posters, ([outcome]) => {
        if (!outcome) throw new RangeError("no poster was given to confirm");
        // A poster known only by its embeddings gains its picture and counts as added; it must outlive an undo.
        const isNew = outcome.kind === "added" && outcome.posterId > lastPoster;
        written = this.#write(entry, outcome, isNew);
      });
      return written;
    } catch (error) {
      if (error instanceof StandsAlready) return null;
      throw error;
    }
  }

  note({ isSubjectToApproval: _, ...wish }: ConfirmationWish, keptUntil: number): Confirmation | null {
    return this.#locked(() => {
      if (this.standing(wish)) return null;
      this.#sql.keepQuestion.run(keptUntil, wish.requestId);
      return this.#insert({ ...wish, posterId: null, isNew: 0, owesCover: 0, state: "awaiting", decidedBy: null });
    });
  }

  reject(picture: AskedPicture, decidedBy: string): Confirmation | null {
    return this.#locked(() => {
      const found = this.standing(picture);
      if (found?.state !== "awaiting") return null;
      this.#sql.close.run("rejected", decidedBy, found.confirmationId);
      return this.#byId(found.confirmationId);
    });
  }

  waiting(guildId: string, limit: number): readonly Confirmation[] {
    return this.#sql.waiting.all(guildId, limit).map(toConfirmation);
  }

  expire(before: number): number {
    // Nearly always there is nothing to do, and a look needs no lock.
    if (this.#sql.overdue.all(before).length === 0) return 0;
    return this.#locked(() => {
      const overdue = this.#sql.overdue.all(before);
      for (const { confirmationId, requestId, picture } of overdue) {
        this.#sql.close.run("expired", null, confirmationId);
        this.#sql.forgetPicture.run(requestId, picture);
      }
      return overdue.length;
    });
  }

  async undo(confirmationId: number, { userId, guildId }: Undoer): Promise<Confirmation | null> {
    const posterId = this.#sql.byId.get(confirmationId)?.posterId ?? null;
    if (posterId === null) return null;
    let isUndone = false;
    await this.#store.remove(posterId, () => {
      const found = this.#sql.byId.get(confirmationId);
      if (found?.state !== "confirmed" || (guildId !== null && found.guildId !== guildId)) return false;
      isUndone = true;
      this.#sql.close.run("undone", userId, confirmationId);
      if (found.isNew === 0) return false;
      // Somebody else confirmed the same picture since: the poster is theirs now.
      const heir = this.#sql.ofPoster.get(posterId);
      if (heir) this.#sql.inherit.run(heir.confirmationId);
      return heir === undefined;
    });
    return isUndone ? this.#byId(confirmationId) : null;
  }

  confirmationOf(posterId: PosterId): Confirmation | null {
    const row = this.#sql.ofPoster.get(posterId);
    return row ? toConfirmation(row) : null;
  }

  recent(guildId: string, limit: number): readonly Confirmation[] {
    return this.#sql.recent.all(guildId, limit).map(toConfirmation);
  }

  owedCovers(): readonly AnilistId[] {
    return this.#sql.owedCovers.all();
  }

  settleCover(anilistId: AnilistId): void {
    this.#locked(() => this.#sql.settleCover.run(anilistId));
  }

  /** Inside the transaction of the posters. */
  #write(entry: LedgerEntry, { posterId }: AddOutcome, isNew: boolean): Confirmation {
    const { approvedBy, owesCover, ...said } = entry;
    const before = this.standing(entry);
    const flags = { isNew: isNew ? 1 : 0, owesCover: owesCover ? 1 : 0 };
    this.#sql.forgetPicture.run(entry.requestId, entry.picture);
    if (approvedBy !== null) {
      if (before?.state !== "awaiting") throw new StandsAlready();
      this.#sql.approve.run(posterId, flags.isNew, flags.owesCover, approvedBy, before.confirmationId);
      return this.#byId(before.confirmationId);
    }
    if (before) throw new StandsAlready();
    return this.#insert({ ...said, ...flags, posterId, state: "confirmed", decidedBy: approvedBy });
  }

  #insert(row: Omit<Parameters<ConfirmationStatements["insert"]["run"]>[0], "at">): Confirmation {
    const { lastInsertRowid } = this.#sql.insert.run({ ...row, at: this.#clock.now() });
    return this.#byId(Number(lastInsertRowid));
  }

  #byId(confirmationId: number): Confirmation {
    const row = this.#sql.byId.get(confirmationId);
    if (!row) throw new RangeError(`confirmation ${confirmationId} vanished`);
    return toConfirmation(row);
  }

  #locked<Result>(work: () => Result): Result {
    return writeLogged(this.#database, this.#clock, work);
  }
}
