import type { Clock } from "../pipeline/ports.ts";

/** Where a store is opened. */
export interface StorePlace {
  readonly dataDir: string;
  readonly clock: Clock;
  /** see `PosterFiles` */
  readonly isFolderShared?: boolean;
}

/** The newest of a store; 0 when there is none. */
export interface StoreEnds {
  readonly lastEmbeddingId: number;
  readonly lastRemovalId: number;
}

/** Where a store stands with one model; derived indexes compare it with what they were made from. */
export interface StoreState extends StoreEnds {
  /** random, one per store: a new store beside an old index is recognised */
  readonly storeId: string;
  readonly rows: number;
}
