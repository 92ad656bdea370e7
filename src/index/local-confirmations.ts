import type { Statement } from "better-sqlite3";
import type { AnilistId } from "../domain/anime.ts";
import type { Confirmation } from "../domain/confirmation.ts";
import type { ConfirmedPosters, LedgerEntry, Undoer } from "../pipeline/confirming.ts";
import type { NewPoster } from "../pipeline/ports.ts";
import { type SqliteLedger, StandsAlready } from "./confirmation-ledger.ts";
import type { SqlitePosterStore } from "./poster-store.ts";

/** Confirmations whose posters lie in the file of the ledger: both are one transaction. */
export class LocalConfirmations implements ConfirmedPosters {
  readonly #store: SqlitePosterStore;
  readonly #ledger: SqliteLedger;
  readonly #lastPoster: Statement<[], number | null>;

  constructor(store: SqlitePosterStore, ledger: SqliteLedger) {
    this.#store = store;
    this.#ledger = ledger;
    this.#lastPoster = store.sharing((database) =>
      database.prepare<[], number | null>("SELECT max(poster_id) FROM posters").pluck(),
    );
  }

  async animeOf(anilistId: AnilistId): Promise<NewPoster["anime"] | null> {
    return await this.#store.animeOf(anilistId);
  }

  async commit(posters: readonly [NewPoster, ...NewPoster[]], entry: LedgerEntry): Promise<Confirmation | null> {
    const lastPoster = this.#lastPoster.get() ?? 0;
    let written: Confirmation | null = null;
    try {
      await this.#store.addTogether(posters, ([outcome]) => {
        if (!outcome) throw new RangeError("no poster was given to confirm");
        const { kind, posterId } = outcome;
        // A poster known only by its embeddings gains its picture and counts as added; it must outlive an undo.
        written = this.#ledger.record(entry, posterId, kind === "added" && posterId > lastPoster);
      });
      return written;
    } catch (error) {
      if (error instanceof StandsAlready) return null;
      throw error;
    }
  }

  async undo(confirmationId: number, by: Undoer): Promise<Confirmation | null> {
    const posterId = this.#ledger.find(confirmationId)?.posterId ?? null;
    if (posterId === null) return null;
    let isUndone = false;
    await this.#store.remove(posterId, () => {
      const taken = this.#ledger.takeBack(confirmationId, by);
      isUndone = taken !== null;
      return taken?.isPosterGone === true;
    });
    return isUndone ? this.#ledger.byId(confirmationId) : null;
  }

  /** An undo is one transaction here: there is nothing that it could not take out. */
  async settle(): Promise<void> {}
}
