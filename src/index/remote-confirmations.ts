import type { Database } from "better-sqlite3";
import pLimit from "p-limit";
import type { AnilistId } from "../domain/anime.ts";
import type { Confirmation } from "../domain/confirmation.ts";
import type { PosterId } from "../domain/poster.ts";
import { OpfindError } from "../errors.ts";
import type { ConfirmedPosters, LedgerEntry, Undoer } from "../pipeline/confirming.ts";
import type { Clock, NewPoster } from "../pipeline/ports.ts";
import { type BegunConfirmation, BegunConfirmations } from "./begun-confirmations.ts";
import { type SqliteLedger, StandsAlready } from "./confirmation-ledger.ts";
import type { GalleryStore } from "./gallery-store.ts";

interface RemoteDeps {
  readonly database: Database;
  readonly ledger: SqliteLedger;
  /** adding the same poster twice adds it once, removing it twice removes it once */
  readonly gallery: Pick<GalleryStore, "add" | "remove" | "postersOf" | "animeOf">;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Confirmations whose posters lie elsewhere. What is about to happen is written down here first, then done there, then
 * crossed out together with the word. Whatever comes in between, the same can be done again and is done once.
 */
export class RemoteConfirmations implements ConfirmedPosters {
  readonly #deps: RemoteDeps;
  readonly #begun: BegunConfirmations;
  /** One change at a time: a removal that is owed must not meet the same poster coming back. */
  readonly #alone = pLimit(1);

  constructor(deps: RemoteDeps) {
    this.#deps = deps;
    this.#begun = new BegunConfirmations(deps.database);
  }

  async animeOf(anilistId: AnilistId, signal: AbortSignal): Promise<NewPoster["anime"] | null> {
    return await this.#deps.gallery.animeOf(anilistId, signal);
  }

  commit(posters: readonly [NewPoster, ...NewPoster[]], entry: LedgerEntry): Promise<Confirmation | null> {
    return this.#alone(async () => {
      await this.#removeOwed();
      const begun = this.#begin(entry);
      if (!begun) return null;
      const added = await this.#add(posters, begun);
      return this.#record(begun, added) ?? (await this.#giveBack(begun, added));
    });
  }

  undo(confirmationId: number, by: Undoer): Promise<Confirmation | null> {
    return this.#alone(async () => {
      const undone = this.#deps.ledger.locked(() => this.#takeBack(confirmationId, by));
      await this.#removeOwed();
      return undone;
    });
  }

  settle(): Promise<void> {
    return this.#alone(() => this.#removeOwed());
  }

  /** @returns what is to be done, which may be from an earlier try; null when somebody's word stands */
  #begin(entry: LedgerEntry): BegunConfirmation | null {
    const { ledger, clock } = this.#deps;
    return ledger.locked(() => {
      const isFree = (ledger.standing(entry)?.state ?? null) === (entry.approvedBy === null ? null : "awaiting");
      if (!isFree) {
        this.#begun.end(entry);
        return null;
      }
      const before = this.#begun.of(entry);
      if (before && before.anilistId !== entry.anilistId) throw onItsWay(before);
      this.#begun.begin({ ...entry, at: clock.now() });
      return this.#begun.of(entry);
    });
  }

  /** The cover first: the confirmed poster makes its anime known, and then nobody would fetch a cover that is missing. */
  async #add([poster, ...covers]: readonly [NewPoster, ...NewPoster[]], begun: BegunConfirmation): Promise<Added> {
    const { gallery } = this.#deps;
    const addedAt = new Date(begun.at).toISOString();
    for (const cover of covers) await gallery.add(cover);
    const { posterId } = await gallery.add({ ...poster, addedAt });
    const stored = await gallery.postersOf(poster.anime.anilistId, new AbortController().signal);
    // Also when the first try's answer was lost and this one was told of a duplicate.
    const isOurs = ({ addedBy, ...own }: (typeof stored)[number]) =>
      own.posterId === posterId && own.addedAt === addedAt && addedBy === poster.addedBy;
    return { posterId, isOurs: stored.some(isOurs) };
  }

  /** @returns null when somebody's word stands by now */
  #record(begun: BegunConfirmation, added: Added): Confirmation | null {
    const { ledger } = this.#deps;
    try {
      return ledger.locked(() => ledger.record(begun, added.posterId, this.#isNew(added)));
    } catch (error) {
      if (error instanceof StandsAlready) return null;
      throw error;
    }
  }

  /** A word that no longer counts leaves no poster. */
  async #giveBack(begun: BegunConfirmation, added: Added): Promise<null> {
    this.#deps.ledger.locked(() => {
      this.#begun.end(begun);
      if (this.#isNew(added)) this.#begun.oweRemoval(added.posterId);
    });
    await this.#removeOwed();
    return null;
  }

  #isNew({ posterId, isOurs }: Added): boolean {
    return isOurs && this.#deps.ledger.confirmationOf(posterId) === null;
  }

  /** Inside a transaction. An undo that is repeated because the poster could not be removed is told like the first. */
  #takeBack(confirmationId: number, by: Undoer): Confirmation | null {
    const { ledger } = this.#deps;
    const taken = ledger.takeBack(confirmationId, by);
    const found = ledger.find(confirmationId);
    const posterId = found?.posterId ?? null;
    if (!found || posterId === null) return null;
    if (taken?.isPosterGone) this.#begun.oweRemoval(posterId);
    const isHalfDone = found.state === "undone" && this.#begun.owedRemovals().includes(posterId);
    const isTheirs = by.guildId === null || found.guildId === by.guildId;
    return taken || (isHalfDone && isTheirs) ? found : null;
  }

  async #removeOwed(): Promise<void> {
    const { ledger, gallery } = this.#deps;
    for (const posterId of this.#begun.owedRemovals()) {
      await gallery.remove(posterId);
      ledger.locked(() => this.#begun.settleRemoval(posterId));
    }
  }
}

interface Added {
  readonly posterId: PosterId;
  /** stored by this very confirmation */
  readonly isOurs: boolean;
}

function onItsWay({ title }: BegunConfirmation): OpfindError {
  return new OpfindError("store-busy", `That the picture shows ${title} was confirmed and is being stored.`);
}
