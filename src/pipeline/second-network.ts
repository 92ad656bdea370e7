import { orAborted } from "../abort.ts";
import type { PosterId } from "../domain/poster.ts";
import { OpfindError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { cosine } from "./artwork.ts";
import type {
  Clock,
  Embedder,
  Embedding,
  PosterStore,
  RgbImage,
  SecondLook,
  SecondNetwork,
  VectorIndex,
} from "./ports.ts";
import { type PosterScores, searchViews } from "./search.ts";

export interface SecondNetworkOptions {
  /** opens itself with the first picture */
  readonly embedder: Pick<Embedder, "embed" | "modelId">;
  /** the index of its embeddings; shared by all who ask */
  readonly openIndex: () => Promise<Pick<VectorIndex, "search">>;
  readonly store: Pick<PosterStore, "embeddingsOf">;
  readonly clock: Pick<Clock, "elapsedMs">;
  readonly log: Logger;
  /** milliseconds for one picture, another time in tests */
  readonly budgetMs?: number;
}

/** CLIP takes a tenth of a second for a picture, and some two to be read from the disk by the first one. */
const BUDGET_MS = 5_000;
/** After a failure it is left alone so long: whatever is broken costs everybody in doubt its whole time. */
const REST_MS = 60_000;

/** Asks a second network and its own index. */
export function openSecondNetwork(options: SecondNetworkOptions): SecondNetwork {
  const { embedder, openIndex, store, clock, log, budgetMs = BUDGET_MS } = options;
  let restsUntil = Number.NEGATIVE_INFINITY;
  const ask = async (picture: RgbImage, posterIds: readonly PosterId[], signal: AbortSignal): Promise<SecondLook> => {
    const [[embedding], index] = await Promise.all([embedder.embed([picture], signal), orAborted(openIndex(), signal)]);
    if (!embedding) throw new RangeError("the network answered one picture with no embedding");
    const embeddingsOf = (ids: readonly PosterId[]) => store.embeddingsOf(ids, embedder.modelId, signal);
    return { kind: "seen", scores: await secondScores(embedding, posterIds, { index, embeddingsOf, signal }) };
  };
  return {
    async look(picture, posterIds, signal) {
      if (clock.elapsedMs() < restsUntil) return { kind: "failed", why: "it failed a moment ago" };
      // AbortSignal.timeout within AbortSignal.any may be collected before it fires on Node 20: a plain timer cannot.
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), budgetMs);
      try {
        return await ask(picture, posterIds, AbortSignal.any([signal, late.signal]));
      } catch (cause) {
        if (signal.aborted) throw new OpfindError("aborted", "Asking a second network was stopped.", { cause });
        restsUntil = clock.elapsedMs() + REST_MS;
        const told = cause instanceof Error ? cause.message : String(cause);
        const why = late.signal.aborted ? `no answer within ${budgetMs} ms` : told;
        log.warn(`${embedder.modelId} was not asked about a picture in doubt, and is left alone for a minute: ${why}`);
        return { kind: "failed", why };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

interface Space {
  readonly index: Pick<VectorIndex, "search">;
  readonly embeddingsOf: (posterIds: readonly PosterId[]) => Promise<ReadonlyMap<PosterId, readonly Embedding[]>>;
  readonly signal: AbortSignal;
}

/** The cosines that a second network tells: of the nearest posters, and of those asked about that it has seen. */
export async function secondScores(
  embedding: Embedding,
  posterIds: readonly PosterId[],
  { index, embeddingsOf, signal }: Space,
): Promise<PosterScores> {
  const [found = new Map<PosterId, number>()] = await searchViews(index, [embedding], signal);
  const far = posterIds.filter((posterId) => !found.has(posterId));
  const own = far.length === 0 ? new Map<PosterId, readonly Embedding[]>() : await embeddingsOf(far);
  const scores = [...own].map(
    ([id, views]) => [id, Math.max(...views.map((view) => cosine(view, embedding)))] as const,
  );
  return new Map([...found, ...scores]);
}
