import type { PosterId } from "../domain/poster.ts";
import type { Embedding, Neighbour, VectorIndex } from "./ports.ts";

/** The best score of every poster that one view of the query came near to. */
export type PosterScores = ReadonlyMap<PosterId, number>;

/**
 * Stored embeddings asked for per view: the leaders' franchise may fill a dozen posters of several views each, and
 * the background (features.ts) wants about twenty others behind it.
 */
const NEIGHBOURS = 160;

/** Searches with every view and keeps, per view, each poster's best embedding. @throws like `VectorIndex.search` */
export async function searchViews(
  index: Pick<VectorIndex, "search">,
  embeddings: readonly Embedding[],
  signal: AbortSignal,
): Promise<readonly PosterScores[]> {
  const found = await index.search(embeddings, NEIGHBOURS, signal);
  return found.map(bestPerPoster);
}

function bestPerPoster(neighbours: readonly Neighbour[]): PosterScores {
  const best = new Map<PosterId, number>();
  for (const { posterId, score } of neighbours) {
    if (score > (best.get(posterId) ?? Number.NEGATIVE_INFINITY)) best.set(posterId, score);
  }
  return best;
}
