import type { PosterId } from "../../domain/poster.ts";
import { OpfindError } from "../../errors.ts";
import type { AddOutcome, Clock, NewPoster } from "../../pipeline/ports.ts";
import type { Operation } from "./batches.ts";
import type { PointRecord, QdrantPoints } from "./points.ts";
import {
  type AnimeFacts,
  areSameFacts,
  factsOf,
  mergeFacts,
  type PosterPayload,
  posterIdsFor,
  readPayload,
} from "./poster-point.ts";
import { isMissing } from "./qdrant-failure.ts";
import type { SharedImages } from "./shared-images.ts";
import type { VectorSpace } from "./vector-space.ts";

/** Another instance may add or remove the same poster at the same time; three times in a row is no accident. */
const TRIES = 3;

export interface PosterWriterDeps {
  readonly points: QdrantPoints;
  readonly space: VectorSpace;
  readonly images: SharedImages;
  readonly clock: Pick<Clock, "now">;
}

/** Adds posters and completes them, whoever else does the same at the same time. */
export class PosterWriter {
  readonly #points: QdrantPoints;
  readonly #space: VectorSpace;
  readonly #images: SharedImages;
  readonly #clock: Pick<Clock, "now">;

  constructor({ points, space, images, clock }: PosterWriterDeps) {
    this.#points = points;
    this.#space = space;
    this.#images = images;
    this.#clock = clock;
  }

  /** As `PosterStore.add`. @throws OpfindError store-busy | disk-full | like `QdrantConnection.ask` */
  async add(poster: NewPoster, signal: AbortSignal): Promise<AddOutcome> {
    for (let left = TRIES; left > 0; left--) {
      const outcome = await this.#tryAdd(poster, signal);
      if (outcome) return outcome;
    }
    throw new OpfindError("store-busy", `Others change poster ${poster.sha256} faster than it can be stored.`);
  }

  /** @returns undefined when another instance came in between */
  async #tryAdd(poster: NewPoster, signal: AbortSignal): Promise<AddOutcome | undefined> {
    const place = await this.#find(poster, signal);
    const facts = mergeFacts(factsOf(poster), place.facts);
    const file = await this.#images.keep(poster, signal);
    const named = await this.#space.named(poster.modelId, poster.embeddings, signal);
    const { posterId, stored } = place;
    const outcome = stored
      ? await this.#complete(poster, { posterId, stored, named, file }, signal)
      : await this.#insert(poster, { posterId, facts, named, file }, signal);
    if (!outcome) return undefined;
    if (place.facts && !areSameFacts(facts, place.facts)) await this.#tellFacts(facts, signal);
    if (file !== null && poster.image) await this.#images.confirm(file, poster.image.bytes);
    return outcome;
  }

  /** Where a poster is or will be, and what is known about its anime. */
  async #find({ sha256, anime }: NewPoster, signal: AbortSignal): Promise<Place> {
    const { anilistId } = anime;
    const ids = posterIdsFor(sha256, anilistId);
    const ofAnime = { must: [{ key: "anilistId", match: { value: anilistId } }] };
    const [taken, sample] = await Promise.all([
      this.#points.read(ids, { payload: true, vectors: true, isAgreed: true }, signal),
      this.#points.first(ofAnime, { payload: true }, signal),
    ]);
    const facts = sample && readPayload(sample);
    const posters = new Map(taken.map((point) => [point.id, { point, payload: readPayload(point) }]));
    for (const posterId of ids) {
      const { point, payload } = posters.get(posterId) ?? {};
      if (point && payload?.sha256 === sha256 && payload.anilistId === anilistId) {
        return { posterId, facts, stored: { point, payload } };
      }
    }
    const free = ids.find((id) => posters.get(id)?.payload === undefined);
    if (free === undefined) throw new RangeError(`every id for ${sha256} is taken`);
    return { posterId: free, facts, stored: undefined };
  }

  async #insert(
    poster: NewPoster,
    { posterId, facts, named, file }: Insertion,
    signal: AbortSignal,
  ): Promise<AddOutcome | undefined> {
    const { sha256, source, addedBy, addedAt = new Date(this.#clock.now()).toISOString() } = poster;
    const birth = mark();
    const payload: PosterPayload = { ...facts, sha256, file, source, addedAt, addedBy, birth, rev: mark() };
    // Takes the place of nothing, or of a point that is no poster; a poster that came first stays.
    const update_filter = { must: [{ is_empty: { key: "sha256" } }] };
    const points = [{ id: posterId, vector: named, payload }];
    await this.#points.write([{ upsert: { points, update_filter } }], signal);
    // Read through the alias: a version that began to answer meanwhile has to have it, too.
    const present = await this.#payloadOf(posterId, signal);
    return present?.birth === birth ? { kind: "added", posterId } : undefined;
  }

  async #complete(
    { source, addedBy }: NewPoster,
    { posterId, stored, named, file }: Completion,
    signal: AbortSignal,
  ): Promise<AddOutcome | undefined> {
    const lacking = Object.entries(named).filter(([name]) => stored.point.vector?.[name] === undefined);
    const gainsImage = file !== null && stored.payload.file === null;
    const kind = gainsImage ? "added" : "duplicate";
    if (lacking.length === 0 && !gainsImage) return { kind, posterId };
    const payload = gainsImage ? { file, source, addedBy } : {};
    const isThere = await this.change(posterId, { vector: Object.fromEntries(lacking), payload }, signal);
    return isThere ? { kind, posterId } : undefined;
  }

  /** Gives a poster vectors and payload. @returns false when it is not, or no longer, there */
  async change(
    posterId: PosterId,
    { vector, payload, without = [] }: PosterChange,
    signal: AbortSignal,
  ): Promise<boolean> {
    const filter = { must: [{ has_id: [posterId] }] };
    const operations: Operation[] = [{ set_payload: { payload: { ...payload, rev: mark() }, filter } }];
    if (without.length > 0) operations.push({ delete_vectors: { vector: [...without], filter } });
    if (Object.keys(vector).length > 0) operations.unshift({ update_vectors: { points: [{ id: posterId, vector }] } });
    try {
      await this.#points.write(operations, signal);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return (await this.#payloadOf(posterId, signal)) !== undefined;
  }

  /** All posters of an anime tell the same about it. */
  async #tellFacts(facts: AnimeFacts, signal: AbortSignal): Promise<void> {
    const filter = { must: [{ key: "anilistId", match: { value: facts.anilistId } }] };
    await this.#points.write([{ set_payload: { payload: { ...facts, rev: mark() }, filter } }], signal);
  }

  async #payloadOf(posterId: PosterId, signal: AbortSignal): Promise<PosterPayload | undefined> {
    const [point] = await this.#points.read([posterId], { payload: true, isAgreed: true }, signal);
    return point && readPayload(point);
  }
}

interface PosterChange {
  readonly vector: Record<string, number[]>;
  readonly payload: Partial<PosterPayload>;
  /** names of vectors that it loses */
  readonly without?: readonly string[];
}

interface Place {
  readonly posterId: PosterId;
  readonly facts: AnimeFacts | undefined;
  readonly stored: { readonly point: PointRecord; readonly payload: PosterPayload } | undefined;
}

interface Insertion {
  readonly posterId: PosterId;
  readonly facts: AnimeFacts;
  readonly named: Record<string, number[]>;
  readonly file: string | null;
}

interface Completion extends Omit<Insertion, "facts"> {
  readonly stored: NonNullable<Place["stored"]>;
}

/** Random enough that no two writes to one point share it. */
export function mark(): string {
  return crypto.randomUUID().slice(0, 13);
}
