import type { Schemas } from "@qdrant/js-client-rest";
import { z } from "zod";
import type { Embedding } from "../../pipeline/ports.ts";
import { inBatches, type Operation } from "./batches.ts";
import type { QdrantConnection } from "./connection.ts";

export type Filter = Schemas["Filter"];

/** What to read of each point. */
export interface Wanted {
  readonly payload?: readonly string[] | boolean;
  /** names of vectors; true: all */
  readonly vectors?: readonly string[] | boolean;
  /** what most replicas say, rather than the one that is asked: for whoever has just written */
  readonly isAgreed?: boolean;
}

const POINT_ID = z.int().nonnegative();
const RECORD = z.object({
  id: POINT_ID,
  payload: z.record(z.string(), z.unknown()).nullish(),
  vector: z.record(z.string(), z.array(z.number())).nullish(),
});
const SCROLL = z.object({ points: z.array(RECORD), next_page_offset: POINT_ID.nullish() });
const HIT = z.object({ id: POINT_ID, score: z.number() });
const QUERIES = z.array(z.object({ points: z.array(HIT) }));
/** "acknowledged" and "wait_timeout" are no promise: only what is applied can be found again. */
const DONE = z.object({ status: z.literal("completed") });

/** A point as it is stored. Read and written as https://api.qdrant.tech/api-reference says. */
export type PointRecord = z.infer<typeof RECORD>;

/** Points per page of a stream; with nine vectors each a page of 64 is some 3 MB of JSON. */
const PAGE = { plain: 1_000, withVectors: 64 } as const;

/**
 * The points of one collection, by its name or alias. A write is there when it resolves: applied by the permanent leader
 * (`wait`, `ordering: strong`). Every write sets what it sets outright, so repeating one changes nothing.
 */
export class QdrantPoints {
  readonly name: string;
  readonly #connection: QdrantConnection;

  constructor(connection: QdrantConnection, name: string) {
    this.#connection = connection;
    this.name = name;
  }

  /** Operations in their order, in requests of bounded size. @throws like `QdrantConnection.ask` */
  async write(operations: readonly Operation[], signal: AbortSignal): Promise<void> {
    for (const batch of inBatches(operations)) {
      await this.#connection.ask(
        {
          shape: z.array(DONE).length(batch.length),
          send: (api, init) =>
            api.batchUpdate(
              { collection_name: this.name, wait: true, ordering: "strong", operations: [...batch] },
              init,
            ),
        },
        signal,
      );
    }
  }

  /** @returns the points of these ids that exist, in any order */
  async read(ids: readonly number[], wanted: Wanted, signal: AbortSignal): Promise<readonly PointRecord[]> {
    if (ids.length === 0) return [];
    const agreement = wanted.isAgreed ? ({ consistency: "majority" } as const) : {};
    return await this.#connection.ask(
      {
        shape: z.array(RECORD),
        send: (api, init) =>
          api.getPoints({ collection_name: this.name, ...agreement, ids: [...ids], ...selection(wanted) }, init),
      },
      signal,
    );
  }

  /** Points of ascending id, page by page. @param from the smallest id */
  async *stream(
    { filter, from = 0, ...wanted }: Wanted & { readonly filter?: Filter; readonly from?: number },
    signal: AbortSignal,
  ): AsyncGenerator<PointRecord, void> {
    const limit = wanted.vectors ? PAGE.withVectors : PAGE.plain;
    for (let offset: number | null | undefined = from; offset != null; ) {
      const page: z.infer<typeof SCROLL> = await this.#scroll({ offset, limit, filter, ...selection(wanted) }, signal);
      yield* page.points;
      offset = page.next_page_offset;
    }
  }

  /** The point of smallest id that a filter lets through. */
  async first(filter: Filter, { payload = false }: Pick<Wanted, "payload">, signal: AbortSignal) {
    const { points } = await this.#scroll({ filter, limit: 1, ...selection({ payload }) }, signal);
    return points[0];
  }

  /** An exact count. */
  async count(filter: Filter, signal: AbortSignal): Promise<number> {
    const { count } = await this.#connection.ask(
      {
        shape: z.object({ count: z.int().nonnegative() }),
        send: (api, init) => api.countPoints({ collection_name: this.name, filter, exact: true }, init),
      },
      signal,
    );
    return count;
  }

  /** One list per search, best first. */
  async search(searches: readonly Search[], signal: AbortSignal): Promise<readonly (readonly z.infer<typeof HIT>[])[]> {
    const found = await this.#connection.ask(
      {
        shape: QUERIES.length(searches.length),
        send: (api, init) =>
          api.queryBatchPoints({ collection_name: this.name, searches: searches.map(toQuery) }, init),
      },
      signal,
    );
    return found.map(({ points }) => points);
  }

  async #scroll(page: Omit<Schemas["ScrollRequest"], "filter"> & { filter: Filter | undefined }, signal: AbortSignal) {
    const { filter, ...rest } = page;
    return await this.#connection.ask(
      {
        shape: SCROLL,
        send: (api, init) =>
          api.scrollPoints({ collection_name: this.name, ...rest, ...(filter ? { filter } : {}) }, init),
      },
      signal,
    );
  }
}

export interface Search {
  readonly embedding: Embedding;
  /** name of the vector to compare with */
  readonly using: string;
  readonly limit: number;
  readonly params: Schemas["SearchParams"];
}

function toQuery({ embedding, using, limit, params }: Search): Schemas["QueryRequest"] {
  return { query: [...embedding], using, limit, params, with_payload: false, with_vector: false };
}

function selection({ payload = false, vectors = false }: Wanted) {
  return {
    with_payload: typeof payload === "boolean" ? payload : [...payload],
    with_vector: typeof vectors === "boolean" ? vectors : [...vectors],
  };
}
