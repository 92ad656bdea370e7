import type { PosterId } from "../domain/poster.ts";
import { OpfindError } from "../errors.ts";
import type { Embedder, NewEmbedding, PosterStore, RgbImage } from "./ports.ts";
import type { View } from "./views.ts";

export interface EmbedStoredDeps {
  readonly store: Pick<PosterStore, "list" | "withoutEmbeddings" | "addEmbeddings" | "replaceEmbeddings" | "image">;
  readonly embedder: Pick<Embedder, "embed" | "modelId">;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly galleryViews: (image: RgbImage) => readonly View[];
  /** @param posterId the last one done; in `embedAll` a later run may begin behind it */
  readonly onProgress: (done: number, total: number, posterId: PosterId) => void;
  /** a picture that cannot be read any more; it is left as it is */
  readonly onFailure: (posterId: PosterId, failure: OpfindError) => void;
}

/**
 * Shows the network in use every stored picture that only another one has seen: after a change of the network nothing
 * of the gallery is lost. Each poster is one transaction, so it goes on where it was stopped.
 * @returns how many posters gained embeddings
 * @throws OpfindError embedder-failed | disk-full | store-busy | aborted
 */
export async function embedMissing(deps: EmbedStoredDeps, signal: AbortSignal): Promise<number> {
  const { store, embedder } = deps;
  const posterIds: PosterId[] = [];
  for await (const { posterId } of store.withoutEmbeddings(embedder.modelId)) posterIds.push(posterId);
  return await embedEach(
    posterIds,
    { ...deps, keep: (id, own) => store.addEmbeddings(id, embedder.modelId, own) },
    signal,
  );
}

/**
 * Shows the network every stored picture anew, for views or preprocessing that have changed.
 * @param after begins behind this poster: 0, or where an earlier run was stopped
 * @returns and @throws like `embedMissing`
 */
export async function embedAll(deps: EmbedStoredDeps, after: PosterId, signal: AbortSignal): Promise<number> {
  const { store, embedder } = deps;
  const posterIds: PosterId[] = [];
  for await (const { posterId, file } of store.list()) if (posterId > after && file !== null) posterIds.push(posterId);
  posterIds.sort((a, b) => a - b);
  return await embedEach(
    posterIds,
    { ...deps, keep: (id, own) => store.replaceEmbeddings(id, embedder.modelId, own) },
    signal,
  );
}

type Keeping = EmbedStoredDeps & { readonly keep: (posterId: PosterId, own: readonly NewEmbedding[]) => Promise<void> };

async function embedEach(posterIds: readonly PosterId[], deps: Keeping, signal: AbortSignal): Promise<number> {
  let [done, gained] = [0, 0];
  for (const posterId of posterIds) {
    if (await embedOne(posterId, deps, signal)) gained++;
    deps.onProgress(++done, posterIds.length, posterId);
  }
  return gained;
}

async function embedOne(posterId: PosterId, deps: Keeping, signal: AbortSignal): Promise<boolean> {
  const views = await viewsOf(posterId, deps, signal);
  if (views === null) return false;
  const images = views.map(({ image }) => image);
  const embeddings = await deps.embedder.embed(images, signal);
  await deps.keep(
    posterId,
    embeddings.map((embedding, i) => ({ view: views[i]?.name ?? String(i), embedding })),
  );
  return true;
}

/** @returns null for a poster without a readable picture */
async function viewsOf(posterId: PosterId, deps: EmbedStoredDeps, signal: AbortSignal) {
  try {
    const bytes = await deps.store.image(posterId);
    return bytes === null ? null : deps.galleryViews(await deps.decode(bytes, signal));
  } catch (error) {
    if (!(error instanceof OpfindError) || error.code === "aborted") throw error;
    deps.onFailure(posterId, error);
    return null;
  }
}
