import type { PosterId } from "../domain/poster.ts";
import type { Clock, Embedding, IndexedPoster, Neighbour } from "../pipeline/ports.ts";
import type { FollowedIndex } from "./live-index.ts";
import type { Operation } from "./qdrant/batches.ts";
import type { QdrantPoints, Search } from "./qdrant/points.ts";
import { isMissing } from "./qdrant/qdrant-failure.ts";
import type { QdrantSettings } from "./qdrant/settings.ts";
import { vectorName } from "./qdrant/vector-name.ts";
import type { VectorSpace } from "./qdrant/vector-space.ts";
import { requireDimension, unknownRows } from "./rows.ts";

/** Other instances add and remove, too: how many there are is asked anew this often. */
const RECOUNT_MS = 30_000;
/** As long as an embedded index may be behind what other processes write. */
const GOOD_FOR_MS = 2_000;
/** Points per request, well below what fills one. */
const POINTS_PER_ADD = 128;
/** With int8, so many times the wanted number is scored again with the original vectors. */
const OVERSAMPLING = 2;

export interface QdrantIndexDeps {
  readonly points: QdrantPoints;
  readonly space: VectorSpace;
  readonly clock: Pick<Clock, "elapsedMs">;
  readonly settings: Pick<QdrantSettings, "hnswEf" | "quantisation">;
}

interface Network {
  readonly modelId: string;
  readonly dimension: number;
}

/**
 * The embeddings of one network in Qdrant: a point per poster with a named vector per view, so that a poster with its
 * label and all its views is one atomic write and one removal. A search compares every query with every view in one
 * request and merges, which gives the neighbours among all embeddings, as one list of embeddings would.
 * What `QdrantPosterStore` stores is searchable at once: adding it here finds it there.
 */
export class QdrantIndex implements FollowedIndex {
  readonly kind = "qdrant";
  readonly dimension: number;
  readonly #modelId: string;
  readonly #deps: QdrantIndexDeps;
  #counted = { size: 0, at: 0 };
  /** how often this process changed the posters */
  #changes = 0;

  private constructor({ modelId, dimension }: Network, deps: QdrantIndexDeps) {
    this.#modelId = modelId;
    this.dimension = dimension;
    this.#deps = deps;
  }

  /** @throws OpfindError index-down | index-busy | index-refused | index-broken | index-other-shape | aborted */
  static async open(network: Network, deps: QdrantIndexDeps, signal: AbortSignal): Promise<QdrantIndex> {
    const index = new QdrantIndex(network, deps);
    await index.#recount(signal);
    return index;
  }

  /** as of half a minute ago, or of the first search since the last change through this process */
  get size(): number {
    return this.#counted.size;
  }

  async add(rows: readonly IndexedPoster[], signal: AbortSignal): Promise<void> {
    requireDimension(
      rows.map(({ embedding }) => embedding),
      this.dimension,
    );
    const posters = [...byPoster(unknownRows(rows, new Set()))];
    for (let from = 0; from < posters.length; from += POINTS_PER_ADD) {
      await this.#addPosters(posters.slice(from, from + POINTS_PER_ADD), signal);
    }
    await this.#recount(signal);
  }

  /** Hides the vectors; the points belong to the poster store. */
  async remove(posterIds: readonly PosterId[], signal: AbortSignal): Promise<void> {
    const vector = (await this.#names(signal)).map(({ name }) => name);
    if (posterIds.length > 0 && vector.length > 0) {
      const filter = { must: [{ has_id: [...new Set(posterIds)] }] };
      await this.#deps.points.write([{ delete_vectors: { filter, vector } }], signal);
    }
    await this.#recount(signal);
  }

  async search(
    queries: readonly Embedding[],
    k: number,
    signal: AbortSignal,
  ): Promise<readonly (readonly Neighbour[])[]> {
    requireDimension(queries, this.dimension);
    const names = await this.#names(signal);
    if (k < 1 || queries.length === 0 || names.length === 0) return queries.map(() => []);
    const searches = queries.flatMap((query) => names.map(({ name }) => this.#search(query, name, k)));
    const [found] = await Promise.all([this.#deps.points.search(searches, signal), this.#recountNowAndThen(signal)]);
    return queries.map((_, query) => merge(found.slice(query * names.length, (query + 1) * names.length), k));
  }

  /** What is stored is found already; how much there is the next search counts, so that nothing can fail here. */
  async follow(): Promise<void> {
    this.#changes++;
    this.#counted = { ...this.#counted, at: Number.NEGATIVE_INFINITY };
  }

  /** Qdrant tells nobody what others write: what was found is good for two seconds, or until this process writes. */
  async version(): Promise<string> {
    return `${this.#changes}.${Math.floor(this.#deps.clock.elapsedMs() / GOOD_FOR_MS)}`;
  }

  /** The connection belongs to whoever opened it. */
  async close(): Promise<void> {}

  #search(embedding: Embedding, using: string, limit: number): Search {
    const { hnswEf, quantisation } = this.#deps.settings;
    const params = { hnsw_ef: Math.max(hnswEf, limit) };
    if (quantisation === "off") return { embedding, using, limit, params };
    return {
      embedding,
      using,
      limit,
      params: { ...params, quantization: { rescore: true, oversampling: OVERSAMPLING } },
    };
  }

  async #addPosters(posters: readonly PosterRows[], signal: AbortSignal): Promise<void> {
    const { points, space } = this.#deps;
    const fresh = await this.#unstored(posters, signal);
    if (fresh.length === 0) return;
    for (const name of new Set(fresh.flatMap(({ vectors }) => Object.keys(vectors)))) {
      await space.ensure({ name, dimension: this.dimension }, signal);
    }
    // A point that exists keeps what it has: it may have become a poster with its label since.
    const made = fresh.map(({ id }) => ({ id, vector: {}, payload: {} }));
    const operations: Operation[] = [
      { upsert: { points: made, update_mode: "insert_only" } },
      { update_vectors: { points: fresh.map(({ id, vectors }) => ({ id, vector: vectors })) } },
    ];
    try {
      await points.write(operations, signal);
    } catch (error) {
      // A poster that was removed between the two is made anew.
      if (!isMissing(error)) throw error;
      await points.write(operations, signal);
    }
  }

  /** The vectors that are not stored yet, by point. */
  async #unstored(posters: readonly PosterRows[], signal: AbortSignal) {
    const { points } = this.#deps;
    const names = (await this.#names(signal)).map(({ name }) => name);
    const ids = posters.map(([posterId]) => posterId);
    const stored = names.length === 0 ? [] : await points.read(ids, { vectors: names }, signal);
    const known = new Map(stored.map(({ id, vector }) => [id, new Set(Object.keys(vector ?? {}))]));
    return posters.flatMap(([id, rows]) => {
      const own = rows.map(({ view, embedding }): [string, number[]] => [
        vectorName(this.#modelId, view),
        [...embedding],
      ]);
      const vectors = Object.fromEntries(own.filter(([name]) => !known.get(id)?.has(name)));
      return Object.keys(vectors).length === 0 ? [] : [{ id, vectors }];
    });
  }

  async #names(signal: AbortSignal) {
    return await this.#deps.space.slotsOf(this.#modelId, signal);
  }

  async #recountNowAndThen(signal: AbortSignal): Promise<void> {
    if (this.#deps.clock.elapsedMs() - this.#counted.at >= RECOUNT_MS) await this.#recount(signal);
  }

  async #recount(signal: AbortSignal): Promise<void> {
    const { points, clock } = this.#deps;
    const at = clock.elapsedMs();
    const names = await this.#names(signal);
    const counts = await Promise.all(names.map(({ name }) => points.count({ must: [{ has_vector: name }] }, signal)));
    this.#counted = { size: counts.reduce((sum, count) => sum + count, 0), at };
  }
}

type PosterRows = readonly [PosterId, readonly IndexedPoster[]];

function byPoster(rows: readonly IndexedPoster[]): ReadonlyMap<PosterId, readonly IndexedPoster[]> {
  const grouped = new Map<PosterId, IndexedPoster[]>();
  for (const row of rows) {
    const own = grouped.get(row.posterId);
    if (own) own.push(row);
    else grouped.set(row.posterId, [row]);
  }
  return grouped;
}

/** The best of several lists that are each best first. */
function merge(lists: readonly (readonly { id: number; score: number }[])[], k: number): readonly Neighbour[] {
  const all = lists.flat().map(({ id, score }) => ({ posterId: id, score }));
  return all.sort((a, b) => b.score - a.score || a.posterId - b.posterId).slice(0, k);
}
