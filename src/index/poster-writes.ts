import type { PosterId } from "../domain/poster.ts";
import type { AddOutcome, Clock, NewEmbedding, NewPoster } from "../pipeline/ports.ts";
import { toVector } from "./poster-rows.ts";
import type { PosterStatements } from "./poster-statements.ts";

/** Writes rows of the poster store. Every method runs inside a transaction of its caller's. */
export class PosterWrites {
  readonly #sql: PosterStatements;
  readonly #clock: Pick<Clock, "now">;

  constructor(sql: PosterStatements, clock: Pick<Clock, "now">) {
    this.#sql = sql;
    this.#clock = clock;
  }

  /** @param file where the image lies below poster_db/, null for a poster without one */
  poster(poster: NewPoster, file: string | null): AddOutcome {
    const { anilistId, malId, title } = poster.anime;
    const { romaji, english, native } = title;
    this.#sql.saveAnime.run(anilistId, malId, romaji, english, native, poster.franchiseId);
    const known = this.#sql.posterOf.get(poster.sha256, anilistId);
    const gainsImage = file !== null && known?.file === null;
    if (known && gainsImage) this.#sql.addImage.run(file, poster.source, poster.addedBy, known.posterId);
    const posterId = known?.posterId ?? this.#row(poster, file);
    this.embeddings(posterId, poster.modelId, poster.embeddings);
    return { kind: known && !gainsImage ? "duplicate" : "added", posterId };
  }

  /** @returns false for a poster that is not stored, was removed, has a picture, or has its embeddings */
  complete({ sha256, anime, modelId, embeddings }: NewPoster): boolean {
    const known = this.#sql.posterOf.get(sha256, anime.anilistId);
    if (!known || known.file !== null || this.#sql.hasEmbeddings.get(known.posterId, modelId) !== 0) return false;
    this.embeddings(known.posterId, modelId, embeddings);
    return true;
  }

  embeddings(posterId: PosterId, modelId: string, embeddings: readonly NewEmbedding[]): void {
    for (const { view, embedding } of embeddings) {
      this.#sql.addEmbedding.run(posterId, modelId, view, toVector(embedding));
    }
  }

  #row({ anime, sha256, source, addedBy, addedAt = this.#now() }: NewPoster, file: string | null): PosterId {
    return Number(this.#sql.addPoster.run(anime.anilistId, sha256, file, source, addedAt, addedBy).lastInsertRowid);
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
