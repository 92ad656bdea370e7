import type { PosterId } from "../domain/poster.ts";
import type { Embedding, PosterStore } from "./ports.ts";

export interface Artwork {
  /** cosine of their closest views from which on two posters show the same artwork; a calibration names it */
  readonly threshold: number;
  /** Looks the posters' own embeddings up, once for all comparisons among them. */
  among(posterIds: readonly PosterId[], signal: AbortSignal): Promise<(a: PosterId, b: PosterId) => boolean>;
}

/** Tells whether two posters show the same artwork, from their own stored embeddings. */
export function openArtwork(
  store: Pick<PosterStore, "embeddingsOf">,
  { modelId, threshold }: { readonly modelId: string; readonly threshold: number },
): Artwork {
  return {
    threshold,
    async among(posterIds, signal) {
      const embeddings = await store.embeddingsOf(posterIds, modelId, signal);
      return (a, b) => closest(embeddings.get(a) ?? [], embeddings.get(b) ?? []) >= threshold;
    },
  };
}

function closest(some: readonly Embedding[], others: readonly Embedding[]): number {
  let best = Number.NEGATIVE_INFINITY;
  for (const a of some) for (const b of others) best = Math.max(best, cosine(a, b));
  return best;
}

/** Of two L2-normalised vectors of one dimension. */
export function cosine(a: Embedding, b: Embedding): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
