import { createHash } from "node:crypto";
import type { AnilistId, Anime } from "../domain/anime.ts";
import { type LearnDeps, type ReadyPoster, toNewPoster } from "./learn-posters.ts";
import type { AddOutcome, NewPoster } from "./ports.ts";

/** A picture that somebody says is a poster of an anime. */
export interface PosterToLearn {
  /** an image file */
  readonly bytes: Uint8Array;
  /** name or URL; its ending becomes the stored file's */
  readonly file: string;
  readonly anime: Pick<Anime, "anilistId" | "malId" | "title">;
  /** "confirmation", "api", "anilist" … */
  readonly source: string;
  readonly addedBy: string | null;
}

export type LearnedPoster = AddOutcome & { readonly sha256: string };

export interface LearnPosterDeps extends LearnDeps {
  readonly franchiseIdOf: (anilistId: AnilistId, signal: AbortSignal) => Promise<AnilistId | null>;
}

/**
 * Makes one picture a poster: decode → views → embed → one transaction. The same bytes for the same anime add nothing.
 * @throws OpfindError image-* | embedder-failed | disk-full | store-busy | aborted
 */
export async function learnPoster(
  poster: PosterToLearn,
  deps: LearnPosterDeps,
  signal: AbortSignal,
): Promise<LearnedPoster> {
  const prepared = await preparePoster(poster, deps, signal);
  return { ...(await deps.store.add(prepared)), sha256: prepared.sha256 };
}

/** All of it but the transaction. @throws OpfindError image-* | embedder-failed | aborted */
export async function preparePoster(
  { bytes, file, anime, source, addedBy }: PosterToLearn,
  { embedder, decode, galleryViews, franchiseIdOf }: Omit<LearnPosterDeps, "store">,
  signal: AbortSignal,
): Promise<NewPoster> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const views = galleryViews(await decode(bytes, signal));
  const franchiseId = await franchiseIdOf(anime.anilistId, signal);
  const embeddings = await embedder.embed(
    views.map(({ image }) => image),
    signal,
  );
  const ready: ReadyPoster = { name: file, file, source, addedBy, anime, franchiseId, bytes, sha256, views };
  return toNewPoster(ready, embeddings, embedder.modelId);
}
