import type { Database } from "better-sqlite3";
import type { AnilistId } from "../domain/anime.ts";
import type { AskedPicture, Confirmation } from "../domain/confirmation.ts";
import type { PosterId } from "../domain/poster.ts";
import type { ConfirmationLedger, ConfirmationWish, LedgerEntry, PictureFile, Undoer } from "../pipeline/confirming.ts";
import type { Clock } from "../pipeline/ports.ts";
import { type BegunConfirmation, BegunConfirmations } from "./begun-confirmations.ts";
import { writeLogged } from "./change-log.ts";
import { type ConfirmationStatements, prepareConfirmations, toConfirmation } from "./confirmation-statements.ts";

/** Thrown inside a transaction to take it back: somebody's word stands already. */
export class StandsAlready extends Error {
  override readonly name = "StandsAlready";
}

/** The confirmations, in the file of the poster store. */
export class SqliteLedger implements ConfirmationLedger {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #sql: ConfirmationStatements;
  readonly #begun: BegunConfirmations;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#sql = prepareConfirmations(database);
    this.#begun = new BegunConfirmations(database);
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

  begun(picture: AskedPicture): BegunConfirmation | null {
    return this.#begun.of(picture);
  }

  unfinished(): readonly BegunConfirmation[] {
    return this.#begun.all();
  }

  abandon(picture: AskedPicture): void {
    this.locked(() => this.#begun.end(picture));
  }

  note({ isSubjectToApproval: _, ...wish }: ConfirmationWish, keptUntil: number): Confirmation | null {
    return this.locked(() => {
      if (this.standing(wish)) return null;
      this.#sql.keepQuestion.run(keptUntil, wish.requestId);
      return this.#insert({ ...wish, posterId: null, isNew: 0, owesCover: 0, state: "awaiting", decidedBy: null });
    });
  }

  reject(picture: AskedPicture, decidedBy: string): Confirmation | null {
    return this.locked(() => {
      const found = this.standing(picture);
      if (found?.state !== "awaiting" || this.#begun.of(picture)) return null;
      this.#sql.close.run("rejected", decidedBy, found.confirmationId);
      return this.byId(found.confirmationId);
    });
  }

  waiting(guildId: string, limit: number): readonly Confirmation[] {
    return this.#sql.waiting.all(guildId, limit).map(toConfirmation);
  }

  expire(before: number): number {
    // Nearly always there is nothing to do, and a look needs no lock.
    if (this.#sql.overdue.all(before).length === 0) return 0;
    return this.locked(() => {
      const overdue = this.#sql.overdue.all(before);
      for (const { confirmationId, requestId, picture } of overdue) {
        this.#sql.close.run("expired", null, confirmationId);
        this.#sql.forgetPicture.run(requestId, picture);
      }
      return overdue.length;
    });
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
    this.locked(() => this.#sql.settleCover.run(anilistId));
  }

  /** Writes a person's word, inside the caller's transaction. @throws StandsAlready */
  record(entry: LedgerEntry, posterId: PosterId, isNew: boolean): Confirmation {
    const { approvedBy, owesCover, ...said } = entry;
    const before = this.standing(entry);
    const flags = { isNew: isNew ? 1 : 0, owesCover: owesCover ? 1 : 0 };
    this.#sql.forgetPicture.run(entry.requestId, entry.picture);
    this.#begun.end(entry);
    if (approvedBy !== null) {
      if (before?.state !== "awaiting") throw new StandsAlready();
      this.#sql.approve.run(posterId, flags.isNew, flags.owesCover, approvedBy, before.confirmationId);
      return this.byId(before.confirmationId);
    }
    if (before) throw new StandsAlready();
    return this.#insert({ ...said, ...flags, posterId, state: "confirmed", decidedBy: approvedBy });
  }

  /**
   * Takes a word back, inside the caller's transaction. @returns null when it does not stand there, else whether its
   * poster goes with it
   */
  takeBack(confirmationId: number, { userId, guildId }: Undoer): { readonly isPosterGone: boolean } | null {
    const found = this.find(confirmationId);
    if (found?.state !== "confirmed" || (guildId !== null && found.guildId !== guildId)) return null;
    this.#sql.close.run("undone", userId, confirmationId);
    if (!found.isNew || found.posterId === null) return { isPosterGone: false };
    // Somebody else confirmed the same picture since: the poster is theirs now.
    const heir = this.#sql.ofPoster.get(found.posterId);
    if (heir) this.#sql.inherit.run(heir.confirmationId);
    return { isPosterGone: heir === undefined };
  }

  find(confirmationId: number): Confirmation | undefined {
    const row = this.#sql.byId.get(confirmationId);
    return row && toConfirmation(row);
  }

  byId(confirmationId: number): Confirmation {
    const found = this.find(confirmationId);
    if (!found) throw new RangeError(`confirmation ${confirmationId} vanished`);
    return found;
  }

  locked<Result>(work: () => Result): Result {
    return writeLogged(this.#database, this.#clock, work);
  }

  #insert(row: Omit<Parameters<ConfirmationStatements["insert"]["run"]>[0], "at">): Confirmation {
    const { lastInsertRowid } = this.#sql.insert.run({ ...row, at: this.#clock.now() });
    return this.byId(Number(lastInsertRowid));
  }
}
