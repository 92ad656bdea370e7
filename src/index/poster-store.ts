import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "better-sqlite3";
import type { AnilistId } from "../domain/anime.ts";
import type { Poster, PosterId } from "../domain/poster.ts";
import type {
  AddOutcome,
  Clock,
  Embedding,
  IndexedPoster,
  NewEmbedding,
  NewPoster,
  PosterLabel,
} from "../pipeline/ports.ts";
import { writeLogged } from "./change-log.ts";
import type { GalleryStore, StoredEmbedding, WholePoster } from "./gallery-store.ts";
import { openPosterDatabase } from "./poster-database.ts";
import { PosterFiles } from "./poster-files.ts";
import { PosterImages } from "./poster-images.ts";
import { type PosterRecord, paged, toEmbedding, toPoster, toRecord } from "./poster-rows.ts";
import { type PosterRow, type PosterStatements, prepareStatements } from "./poster-statements.ts";
import { PosterWrites } from "./poster-writes.ts";
import { stopIfAborted } from "./rows.ts";
import type { SharedFile } from "./shared-file.ts";
import { storeFailure, translated } from "./sqlite.ts";
import type { StoreEnds, StorePlace, StoreState } from "./store-state.ts";

/**
 * Opens the truth: `embeddings/posters.sqlite` and `poster_db/`. Several processes may have it open and write.
 * @throws OpfindError store-broken | store-busy | disk-full
 */
export function openPosterStore({ dataDir, clock, isFolderShared = false }: StorePlace): SqlitePosterStore {
  const images = join(dataDir, "poster_db");
  translated(images, () => mkdirSync(images, { recursive: true }));
  return new SqlitePosterStore(openPosterDatabase(dataDir), new PosterFiles(images, isFolderShared), clock);
}

export class SqlitePosterStore implements GalleryStore, SharedFile {
  readonly #database: Database;
  readonly #images: PosterImages;
  readonly #clock: Clock;
  readonly #sql: PosterStatements;
  readonly #writes: PosterWrites;

  constructor(database: Database, files: PosterFiles, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#sql = prepareStatements(database);
    this.#writes = new PosterWrites(this.#sql, clock);
    this.#images = new PosterImages(files, this.#sql, { clock, locked: (work) => this.#write(work) });
  }

  async add(poster: NewPoster): Promise<AddOutcome> {
    const [outcome] = await this.addTogether([poster]);
    if (!outcome) throw new RangeError("a poster was added and has no outcome");
    return outcome;
  }

  /** Adds posters in one transaction, with what `alongside` writes. @throws like `add` | whatever `alongside` throws */
  async addTogether(
    posters: readonly NewPoster[],
    alongside: (outcomes: readonly AddOutcome[]) => void = () => {},
  ): Promise<readonly AddOutcome[]> {
    try {
      return await this.#images.kept(posters, (files) => {
        const outcomes = posters.map((poster, at) => this.#writes.poster(poster, files[at] ?? null));
        alongside(outcomes);
        return outcomes;
      });
    } catch (error) {
      throw storeFailure(this.#database.name, error);
    }
  }

  sharing<Part>(open: (database: Database) => Part): Part {
    return open(this.#database);
  }

  async has(sha256: string, anilistId: AnilistId, modelId: string): Promise<boolean> {
    const row = this.#sql.posterOf.get(sha256, anilistId);
    return row !== undefined && row.file !== null && this.#sql.hasEmbeddings.get(row.posterId, modelId) !== 0;
  }

  async *list(): AsyncIterable<Poster> {
    for (const row of this.#rows()) yield toPoster(row);
  }

  async postersOf(anilistId: AnilistId): Promise<readonly Poster[]> {
    return this.#sql.postersOf.all(anilistId).map(toPoster);
  }

  async count(): Promise<number> {
    return this.#sql.count.get() ?? 0;
  }

  async animeOf(anilistId: AnilistId): Promise<NewPoster["anime"] | null> {
    const [row] = this.#sql.postersOf.all(anilistId);
    return row ? toRecord(row).anime : null;
  }

  async *records(): AsyncIterable<PosterRecord> {
    for (const row of this.#rows()) yield toRecord(row);
  }

  async labels(posterIds: readonly PosterId[], signal: AbortSignal): Promise<ReadonlyMap<PosterId, PosterLabel>> {
    stopIfAborted(signal);
    const labels = this.#sql.labels.all(JSON.stringify(posterIds));
    return new Map(labels.map((label) => [label.posterId, label]));
  }

  async *embeddings(modelId: string, after: number): AsyncIterable<IndexedPoster> {
    const page = (last: number) => this.#sql.embeddings.all(modelId, last);
    for (const { embeddingId, posterId, view, vector } of paged(page, (row) => row.embeddingId, after)) {
      yield { embeddingId, posterId, view, embedding: toEmbedding(vector) };
    }
  }

  async embeddingsOf(
    posterIds: readonly PosterId[],
    modelId: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<PosterId, readonly Embedding[]>> {
    stopIfAborted(signal);
    const own = (posterId: PosterId) => this.#sql.embeddingsOf.all(posterId, modelId);
    const found = posterIds.map((id) => [id, own(id).map(({ vector }) => toEmbedding(vector))] as const);
    return new Map(found.filter(([, embeddings]) => embeddings.length > 0));
  }

  async *whole(): AsyncIterable<WholePoster> {
    for await (const record of this.records()) {
      yield { record, embeddings: this.embedded(record.poster.posterId) };
    }
  }

  /** Every embedding of a poster, of every network. */
  embedded(posterId: PosterId): readonly StoredEmbedding[] {
    const rows = this.#sql.allEmbeddingsOf.all(posterId);
    return rows.map(({ modelId, view, vector }) => ({ modelId, view, embedding: toEmbedding(vector) }));
  }

  async *withoutEmbeddings(modelId: string): AsyncIterable<Poster> {
    const page = (last: number) => this.#sql.withoutEmbeddings.all(last, modelId);
    for (const row of paged(page, (row) => row.posterId)) yield toPoster(row);
  }

  async addEmbeddings(posterId: PosterId, modelId: string, embeddings: readonly NewEmbedding[]): Promise<void> {
    this.#write(() => {
      if (this.#sql.poster.get(posterId)) this.#writes.embeddings(posterId, modelId, embeddings);
    });
  }

  async replaceEmbeddings(posterId: PosterId, modelId: string, embeddings: readonly NewEmbedding[]): Promise<void> {
    this.#write(() => {
      if (!this.#sql.poster.get(posterId)) return;
      this.#sql.removeEmbeddings.run(posterId, modelId);
      this.#writes.embeddings(posterId, modelId, embeddings);
    });
  }

  async image(posterId: PosterId): Promise<Uint8Array | null> {
    const file = this.#sql.poster.get(posterId)?.file;
    return file ? await this.#images.read(file) : null;
  }

  /** @param isWanted asked in the same transaction, where it may write, too; false leaves the poster */
  async remove(posterId: PosterId, isWanted: () => boolean = () => true): Promise<boolean> {
    const row = this.#write(() => {
      if (!isWanted()) return undefined;
      const found = this.#sql.poster.get(posterId);
      if (!found) return undefined;
      this.#sql.removePoster.run(posterId);
      this.#sql.removeUnusedAnime.run(found.anilistId);
      this.#sql.logRemoval.run(posterId);
      return found;
    });
    // Only after the commit: a kill in between leaves an orphan image, never a row without its image.
    if (row?.file) this.#images.removeUnused([row.file]);
    return row !== undefined;
  }

  async setSource(sha256: string, anilistId: AnilistId, source: string): Promise<void> {
    this.#write(() => this.#sql.setSource.run(source, sha256, anilistId));
  }

  /** True for a store that never held a poster, and for one filled from the pack of another network. */
  lacksStarter(modelId: string): boolean {
    return this.#sql.hasHistory.get() === 0 || this.#sql.lacksStarter.get(modelId) === 1;
  }

  /**
   * Fills a store that never held a poster; to another it gives the embeddings that posters without a picture lack,
   * since nothing else can. All or nothing. @returns how many posters gained something
   */
  seed(posters: Iterable<NewPoster>): number {
    return this.#write(() => {
      const isFresh = this.#sql.hasHistory.get() === 0;
      let count = 0;
      for (const poster of posters) {
        if (isFresh) this.#writes.poster(poster, null);
        else if (!this.#writes.complete(poster)) continue;
        count++;
      }
      return count;
    });
  }

  state(modelId: string): StoreState {
    const ends = this.ends(modelId);
    return { storeId: this.#sql.storeId.get() ?? "", rows: this.countUpTo(modelId, ends.lastEmbeddingId), ...ends };
  }

  /** The part of `state` that costs two look-ups however large the store is. */
  ends(modelId: string): StoreEnds {
    return {
      lastEmbeddingId: this.#sql.lastEmbedding.get(modelId) ?? 0,
      lastRemovalId: this.#sql.lastRemoval.get() ?? 0,
    };
  }

  /** How many embeddings of a model have an id of at most this. */
  countUpTo(modelId: string, embeddingId: number): number {
    return this.#sql.countUpTo.get(modelId, embeddingId) ?? 0;
  }

  /** Posters removed after a removal id, oldest first. */
  removedSince(removalId: number): readonly PosterId[] {
    return this.#sql.removalsAfter.all(removalId);
  }

  /** What SQLite finds wrong with the file; empty when it is sound. */
  problems(): readonly string[] {
    return this.#sql.quickCheck.all().filter((line) => line !== "ok");
  }

  close(): void {
    this.#database.close();
  }

  #rows(): Iterable<PosterRow> {
    return paged(
      (last) => this.#sql.posters.all(last),
      (row) => row.posterId,
    );
  }

  #write<Result>(work: () => Result): Result {
    return writeLogged(this.#database, this.#clock, work);
  }
}
