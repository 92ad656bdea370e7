import type { AnilistId } from "../domain/anime.ts";
import type { Poster, PosterId } from "../domain/poster.ts";
import type { AddOutcome, Embedding, IndexedPoster, NewEmbedding, NewPoster, PosterLabel } from "../pipeline/ports.ts";
import type { GalleryStore, WholePoster } from "./gallery-store.ts";
import type { PosterRecord } from "./poster-rows.ts";
import type { QdrantPoints } from "./qdrant/points.ts";
import {
  embeddingIdOf,
  LABEL_FIELDS,
  type PosterPayload,
  posterIdOf,
  readLabel,
  readPayload,
  toPoster,
  toRecord,
  vectorOf,
} from "./qdrant/poster-point.ts";
import { mark, PosterWriter, type PosterWriterDeps } from "./qdrant/poster-writer.ts";
import type { SharedImages } from "./qdrant/shared-images.ts";
import type { VectorSpace } from "./qdrant/vector-space.ts";

/**
 * The posters in Qdrant, for several instances on several machines. A poster is one point: its label is the payload, its
 * embeddings are named vectors, so adding it is one atomic write that every instance finds at once. Pictures lie in the
 * folder that all instances share.
 */
export class QdrantPosterStore implements GalleryStore {
  readonly #points: QdrantPoints;
  readonly #space: VectorSpace;
  readonly #images: SharedImages;
  readonly #writer: PosterWriter;
  /** Aborts with `close`: what nobody waits for any more must not keep a process. */
  readonly #closing = new AbortController();

  constructor(deps: PosterWriterDeps) {
    const { points, space, images } = deps;
    this.#points = points;
    this.#space = space;
    this.#images = images;
    this.#writer = new PosterWriter(deps);
  }

  async add(poster: NewPoster): Promise<AddOutcome> {
    return await this.#writer.add(poster, this.#live);
  }

  async has(sha256: string, anilistId: AnilistId, modelId: string): Promise<boolean> {
    const should = (await this.#space.slotsOf(modelId, this.#live)).map(({ name }) => ({ has_vector: name }));
    if (should.length === 0) return false;
    const filter = { ...sameCover(sha256, anilistId), must_not: [{ is_empty: { key: "file" } }], should };
    return (await this.#points.count(filter, this.#live)) > 0;
  }

  async setSource(sha256: string, anilistId: AnilistId, source: string): Promise<void> {
    const filter = sameCover(sha256, anilistId);
    await this.#points.write([{ set_payload: { payload: { source, rev: mark() }, filter } }], this.#live);
  }

  async *list(): AsyncIterable<Poster> {
    for await (const [posterId, payload] of this.#payloads()) yield toPoster(posterId, payload);
  }

  async postersOf(anilistId: AnilistId): Promise<readonly Poster[]> {
    const posters: Poster[] = [];
    for await (const [posterId, payload] of this.#payloads(ofAnime(anilistId)))
      posters.push(toPoster(posterId, payload));
    return posters.sort((a, b) => a.addedAt.localeCompare(b.addedAt));
  }

  async count(): Promise<number> {
    return await this.#points.count({ must_not: [{ is_empty: { key: "sha256" } }] }, this.#live);
  }

  async animeOf(anilistId: AnilistId, signal: AbortSignal): Promise<NewPoster["anime"] | null> {
    const point = await this.#points.first(ofAnime(anilistId), { payload: true }, signal);
    const payload = point && readPayload(point);
    return payload && point ? toRecord(point.id, payload).anime : null;
  }

  async *records(): AsyncIterable<PosterRecord> {
    for await (const [posterId, payload] of this.#payloads()) yield toRecord(posterId, payload);
  }

  async labels(posterIds: readonly PosterId[], signal: AbortSignal): Promise<ReadonlyMap<PosterId, PosterLabel>> {
    const found = await this.#points.read(posterIds, { payload: LABEL_FIELDS }, signal);
    const labels = found.flatMap((point) => readLabel(point) ?? []);
    return new Map(labels.map((label) => [label.posterId, label]));
  }

  async *embeddings(modelId: string, after: number): AsyncIterable<IndexedPoster> {
    const slots = await this.#space.slotsOf(modelId, this.#live);
    if (slots.length === 0) return;
    const wanted = { vectors: slots.map(({ name }) => name), from: posterIdOf(after) };
    for await (const point of this.#points.stream(wanted, this.#live)) {
      for (const [place, { name, view }] of slots.entries()) {
        const embeddingId = embeddingIdOf(point.id, place);
        const embedding = vectorOf(point, name);
        if (embedding && embeddingId > after) yield { embeddingId, posterId: point.id, view, embedding };
      }
    }
  }

  async embeddingsOf(
    posterIds: readonly PosterId[],
    modelId: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<PosterId, readonly Embedding[]>> {
    const names = (await this.#space.slotsOf(modelId, signal)).map(({ name }) => name);
    const points = names.length === 0 ? [] : await this.#points.read(posterIds, { vectors: names }, signal);
    const found = points.map((point) => [point.id, names.flatMap((name) => vectorOf(point, name) ?? [])] as const);
    return new Map(found.filter(([, embeddings]) => embeddings.length > 0));
  }

  async *whole(): AsyncIterable<WholePoster> {
    const slots = await this.#space.slots(this.#live);
    for await (const point of this.#points.stream({ payload: true, vectors: slots.length > 0 }, this.#live)) {
      const payload = readPayload(point);
      if (!payload) continue;
      const embeddings = slots.flatMap(({ name, modelId, view }) => {
        const embedding = vectorOf(point, name);
        return embedding ? [{ modelId, view, embedding }] : [];
      });
      yield { record: toRecord(point.id, payload), embeddings };
    }
  }

  async *withoutEmbeddings(modelId: string): AsyncIterable<Poster> {
    const slots = await this.#space.slotsOf(modelId, this.#live);
    const filter = { must_not: [{ is_empty: { key: "file" } }, ...slots.map(({ name }) => ({ has_vector: name }))] };
    for await (const [posterId, payload] of this.#payloads(filter)) yield toPoster(posterId, payload);
  }

  async addEmbeddings(posterId: PosterId, modelId: string, embeddings: readonly NewEmbedding[]): Promise<void> {
    const vector = await this.#space.named(modelId, embeddings, this.#live);
    await this.#writer.change(posterId, { vector, payload: {} }, this.#live);
  }

  async replaceEmbeddings(posterId: PosterId, modelId: string, embeddings: readonly NewEmbedding[]): Promise<void> {
    const vector = await this.#space.named(modelId, embeddings, this.#live);
    const slots = await this.#space.slotsOf(modelId, this.#live);
    const former = slots.map(({ name }) => name).filter((name) => !(name in vector));
    await this.#writer.change(posterId, { vector, payload: {}, without: former }, this.#live);
  }

  async image(posterId: PosterId): Promise<Uint8Array | null> {
    const payload = await this.#payloadOf(posterId);
    return payload?.file ? await this.#images.read(payload.file) : null;
  }

  async remove(posterId: PosterId): Promise<boolean> {
    const payload = await this.#payloadOf(posterId);
    if (!payload) return false;
    await this.#points.write([{ delete: { points: [posterId] } }], this.#live);
    const { file, sha256 } = payload;
    // Only afterwards: a kill in between leaves an orphan image, never a poster without its image.
    if (file !== null) await this.#images.release({ file, sha256 }, this.#live);
    return true;
  }

  close(): void {
    this.#closing.abort();
  }

  get #live(): AbortSignal {
    return this.#closing.signal;
  }

  async #payloadOf(posterId: PosterId): Promise<PosterPayload | undefined> {
    const [point] = await this.#points.read([posterId], { payload: true }, this.#live);
    return point && readPayload(point);
  }

  async *#payloads(filter?: Parameters<QdrantPoints["stream"]>[0]["filter"]) {
    const wanted = { payload: true, ...(filter ? { filter } : {}) };
    for await (const point of this.#points.stream(wanted, this.#live)) {
      const payload = readPayload(point);
      if (payload) yield [point.id, payload] as const;
    }
  }
}

function ofAnime(anilistId: AnilistId) {
  return { must: [{ key: "anilistId", match: { value: anilistId } }] };
}

function sameCover(sha256: string, anilistId: AnilistId) {
  return {
    must: [
      { key: "sha256", match: { value: sha256 } },
      { key: "anilistId", match: { value: anilistId } },
    ],
  };
}
