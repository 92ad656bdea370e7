import type { PosterId } from "../domain/poster.ts";
import type { Clock, Embedding, IndexedPoster, Neighbour, VectorIndex } from "../pipeline/ports.ts";
import { inBatches } from "./rows.ts";
import type { StoreEnds } from "./store-state.ts";

/** What of the poster store an open index follows. */
interface IndexTruth {
  ends(modelId: string): StoreEnds;
  embeddings(modelId: string, after: number): AsyncIterable<IndexedPoster>;
  removedSince(removalId: number): readonly PosterId[];
}

/** An index that others add to. */
export interface FollowedIndex extends VectorIndex {
  /** Brings in what the store has gained and lost. One run serves all who ask meanwhile. @throws like `add` */
  follow(): Promise<void>;
  /** Changes whenever what a search finds may have changed. */
  version(): Promise<string>;
}

interface LiveDeps {
  readonly store: IndexTruth;
  readonly modelId: string;
  readonly clock: Pick<Clock, "elapsedMs">;
}

/** How old a search may be against what other processes add: two reads of an index's end cost 20 µs. */
const FOLLOW_EVERY_MS = 2_000;

/**
 * An index for a process that stays: it follows the poster store, whoever writes to it, and can be replaced while
 * searches go on. Searches that began in the former index end there.
 */
export class LiveIndex implements FollowedIndex {
  readonly dimension: number;
  readonly #deps: LiveDeps;
  #current: Lease;
  #seen: StoreEnds;
  #followedAt: number;
  #following: Promise<void> | undefined;
  #replacements = 0;
  readonly #closing = new AbortController();

  /** @param since where the store stood, at the latest, when `index` was made */
  constructor(index: VectorIndex, since: StoreEnds, deps: LiveDeps) {
    this.#deps = deps;
    this.dimension = index.dimension;
    this.#current = new Lease(index);
    this.#seen = since;
    this.#followedAt = deps.clock.elapsedMs();
  }

  get kind(): string {
    return this.#current.index.kind;
  }

  get size(): number {
    return this.#current.index.size;
  }

  async add(rows: readonly IndexedPoster[], signal: AbortSignal): Promise<void> {
    await this.#current.use((index) => index.add(rows, signal));
  }

  async remove(posterIds: readonly PosterId[], signal: AbortSignal): Promise<void> {
    await this.#current.use((index) => index.remove(posterIds, signal));
  }

  async search(
    queries: readonly Embedding[],
    k: number,
    signal: AbortSignal,
  ): Promise<readonly (readonly Neighbour[])[]> {
    await this.#followWhenDue();
    return await this.#current.use((index) => index.search(queries, k, signal));
  }

  async version(): Promise<string> {
    await this.#followWhenDue();
    const { lastEmbeddingId, lastRemovalId } = this.#seen;
    return `${this.#replacements}.${lastEmbeddingId}.${lastRemovalId}`;
  }

  async follow(): Promise<void> {
    this.#following ??= this.#followStore().finally(() => {
      this.#following = undefined;
    });
    await this.#following;
  }

  /**
   * Searches go to `next` from now on; the former index is closed when its last search has ended.
   * @param since where the store stood, at the latest, when `next` was made
   */
  async replace(next: VectorIndex, since: StoreEnds): Promise<void> {
    while (this.#following) await this.#following.catch(() => {});
    const former = this.#current;
    this.#replacements++;
    this.#current = new Lease(next);
    this.#seen = since;
    await this.follow();
    await former.end();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#following?.catch(() => {});
    await this.#current.end();
  }

  async #followWhenDue(): Promise<void> {
    if (this.#deps.clock.elapsedMs() - this.#followedAt >= FOLLOW_EVERY_MS) await this.follow();
  }

  async #followStore(): Promise<void> {
    const { store, modelId, clock } = this.#deps;
    const { signal } = this.#closing;
    this.#followedAt = clock.elapsedMs();
    const now = store.ends(modelId);
    const { lastEmbeddingId, lastRemovalId } = this.#seen;
    if (now.lastRemovalId > lastRemovalId) await this.remove(store.removedSince(lastRemovalId), signal);
    if (now.lastEmbeddingId > lastEmbeddingId) {
      for await (const rows of inBatches(store.embeddings(modelId, lastEmbeddingId))) await this.add(rows, signal);
    }
    this.#seen = now;
  }
}

/** Counts who uses an index, so that it is closed after the last of them. */
class Lease {
  readonly index: VectorIndex;
  #users = 0;
  #onFree: (() => void) | undefined;

  constructor(index: VectorIndex) {
    this.index = index;
  }

  async use<Result>(work: (index: VectorIndex) => Promise<Result>): Promise<Result> {
    this.#users += 1;
    try {
      return await work(this.index);
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#onFree?.();
    }
  }

  async end(): Promise<void> {
    if (this.#users > 0) {
      await new Promise<void>((resolve) => {
        this.#onFree = resolve;
      });
    }
    await this.index.close();
  }
}
