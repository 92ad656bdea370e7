import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { AnilistId } from "../domain/anime.ts";
import type { Poster, PosterId } from "../domain/poster.ts";
import type { AnimeLikeness, AnimeWish, GallerySearch, PictureWish, SimilarAnime } from "./gallery-search.ts";
import { EVERYTHING, type Hit, type HitWish, nearestPosters, wished } from "./hits.ts";
import type { Embedder, Embedding, Neighbour, PosterStore, RgbImage, VectorIndex } from "./ports.ts";
import { queryViews } from "./views.ts";
import type { WorkQueue } from "./work-queue.ts";

export interface IndexedSearchDeps {
  readonly store: Pick<PosterStore, "labels" | "embeddingsOf" | "postersOf">;
  readonly index: Pick<VectorIndex, "search">;
  readonly embedder: Pick<Embedder, "embed" | "modelId">;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly queue: Pick<WorkQueue, "run">;
  /** see `GallerySearch.version` */
  readonly version: () => Promise<string>;
}

/**
 * Stored embeddings asked for at first; where too few pass the filter, four times as many, and so on. A poster has ten
 * of them, several of which are often found together: with 64 alone, 71 of 150 anime needed a second search, with six
 * more for each hit none.
 */
const NEIGHBOURS = 64;
const NEIGHBOURS_PER_HIT = 6;
/** Posters of one anime that are looked from: some have dozens. */
const MOST_OWN_POSTERS = 8;
/** A thousand embeddings of 512 numbers are 2 MB. */
const REMEMBERED_PICTURES = 1_000;

interface Found {
  readonly hits: readonly Hit[];
  /** what the index told, one list per embedding */
  readonly found: readonly (readonly Neighbour[])[];
}

/** A stored poster by its first embedding, which shows all of it (`galleryViews`). */
interface WholePoster {
  readonly posterId: PosterId;
  readonly embedding: Embedding;
}

/** Searches the gallery with the network and the index of this process. */
export class IndexedSearch implements GallerySearch {
  readonly #deps: IndexedSearchDeps;
  /** by content: asking again with another filter costs no decoding and no run of the network */
  readonly #looked = new LRUCache<string, Embedding>({ max: REMEMBERED_PICTURES });

  constructor(deps: IndexedSearchDeps) {
    this.#deps = deps;
  }

  async byPicture(bytes: Uint8Array, wish: PictureWish, signal: AbortSignal): Promise<readonly Hit[]> {
    const key = createHash("sha256").update(bytes).digest("base64");
    const known = this.#looked.get(key);
    const embedding = known ?? (await this.#deps.queue.run(() => this.#look(bytes, signal), wish.turn, signal));
    this.#looked.set(key, embedding);
    return await this.#nearest([embedding], wish, signal);
  }

  async byPoster(posterId: PosterId, wish: HitWish, signal: AbortSignal): Promise<readonly Hit[] | null> {
    const own = (await this.#embeddingsOf([posterId], signal)).get(posterId);
    if (!own) return null;
    const hits = await this.#nearest(own, { ...wish, limit: wish.limit + 1 }, signal);
    return hits.filter((hit) => hit.posterId !== posterId).slice(0, wish.limit);
  }

  async byAnime(anilistId: AnilistId, wish: AnimeWish, signal: AbortSignal): Promise<AnimeLikeness | null> {
    const posters = await this.postersOf(anilistId, signal);
    const posterIds = posters.slice(0, MOST_OWN_POSTERS).map(({ posterId }) => posterId);
    const own = (await this.#deps.store.labels(posterIds, signal)).get(posterIds[0] ?? 0);
    if (!own) return null;
    const { title, franchiseId } = own;
    const notFranchiseIds = franchiseId === null || wish.isFranchiseTold ? [] : [franchiseId];
    const filter = { ...EVERYTHING, notAnilistIds: [anilistId], notFranchiseIds };
    const wholes = wholePosters(await this.#embeddingsOf(posterIds, signal));
    const embeddings = wholes.map(({ embedding }) => embedding);
    const { hits, found } = await this.#search(embeddings, { ...wish, filter, isPerAnime: true }, signal);
    return { anilistId, title, franchiseId, similar: hits.flatMap((hit) => pairWith(hit, wholes, found)) };
  }

  async postersOf(anilistId: AnilistId, signal: AbortSignal): Promise<readonly Poster[]> {
    return await this.#deps.store.postersOf(anilistId, signal);
  }

  async version(): Promise<string> {
    return await this.#deps.version();
  }

  async #look(bytes: Uint8Array, signal: AbortSignal): Promise<Embedding> {
    const image = await this.#deps.decode(bytes, signal);
    const [embedding] = await this.#deps.embedder.embed([queryViews(image).first.image], signal);
    if (!embedding) throw new RangeError("the network answered one picture with no embedding");
    return embedding;
  }

  async #nearest(embeddings: readonly Embedding[], wish: HitWish, signal: AbortSignal): Promise<readonly Hit[]> {
    return (await this.#search(embeddings, wish, signal)).hits;
  }

  /** An index knows no filter, so it is asked for more until enough pass, or nothing is left that could. */
  async #search(embeddings: readonly Embedding[], wish: HitWish, signal: AbortSignal): Promise<Found> {
    const { index, store } = this.#deps;
    for (let k = NEIGHBOURS + NEIGHBOURS_PER_HIT * wish.limit; ; k *= 4) {
      const found = await index.search(embeddings, k, signal);
      // Further down, a poster that one view found may be nearer to another view that did not come so far.
      const nearest = nearestPosters(found.flat()).slice(0, k);
      const ids = nearest.map(({ posterId }) => posterId);
      const hits = wished(nearest, await store.labels(ids, signal), wish);
      if (hits.length === wish.limit || found.every((one) => isAll(one, k, wish.threshold))) return { hits, found };
    }
  }

  async #embeddingsOf(posterIds: readonly PosterId[], signal: AbortSignal) {
    return await this.#deps.store.embeddingsOf(posterIds, this.#deps.embedder.modelId, signal);
  }
}

function isAll(neighbours: readonly Neighbour[], k: number, threshold: number): boolean {
  const last = neighbours.at(-1);
  return neighbours.length < k || last === undefined || last.score < threshold;
}

/** Posters are searched from as a whole: the parts of a poster would find posters of which a part looks alike. */
function wholePosters(embeddings: ReadonlyMap<PosterId, readonly Embedding[]>): readonly WholePoster[] {
  return [...embeddings].flatMap(([posterId, [whole]]) => (whole ? [{ posterId, embedding: whole }] : []));
}

/** Which of the anime's own posters a hit is nearest to. */
function pairWith(hit: Hit, own: readonly WholePoster[], found: Found["found"]): readonly SimilarAnime[] {
  const finder = found.findIndex((one) =>
    one.some((near) => near.posterId === hit.posterId && near.score === hit.score),
  );
  const ownPosterId = own[finder]?.posterId;
  return ownPosterId === undefined ? [] : [{ hit, ownPosterId }];
}
