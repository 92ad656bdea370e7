import type { PosterId } from "../domain/poster.ts";
import { OpfindError } from "../errors.ts";
import type { Embedder, PosterStore, RgbImage } from "./ports.ts";
import type { View } from "./views.ts";

export interface EmbedMissingDeps {
  readonly store: Pick<PosterStore, "withoutEmbeddings" | "addEmbeddings" | "image">;
  readonly embedder: Pick<Embedder, "embed" | "modelId">;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly galleryViews: (image: RgbImage) => readonly View[];
  readonly onProgress: (done: number, total: number) => void;
  /** a picture that cannot be read any more; it is left as it is */
  readonly onFailure: (posterId: PosterId, failure: OpfindError) => void;
}

/**
 * Shows the network in use every stored picture that only another one has seen: after a change of the network nothing
 * of the gallery is lost. Each poster is one transaction, so it goes on where it was stopped.
 * @returns how many posters gained embeddings
 * @throws OpfindError embedder-failed | disk-full | store-busy | aborted
 */
export async function embedMissing(deps: EmbedMissingDeps, signal: AbortSignal): Promise<number> {
  const posterIds: PosterId[] = [];
  for await (const { posterId } of deps.store.withoutEmbeddings(deps.embedder.modelId)) posterIds.push(posterId);
  let [done, gained] = [0, 0];
  for (const posterId of posterIds) {
    if (await embedOne(posterId, deps, signal)) gained++;
    deps.onProgress(++done, posterIds.length);
  }
  return gained;
}

async function embedOne(posterId: PosterId, deps: EmbedMissingDeps, signal: AbortSignal): Promise<boolean> {
  const { store, embedder } = deps;
  const views = await viewsOf(posterId, deps, signal);
  if (views === null) return false;
  const images = views.map(({ image }) => image);
  const embeddings = await embedder.embed(images, signal);
  const named = embeddings.map((embedding, i) => ({ view: views[i]?.name ?? String(i), embedding }));
  await store.addEmbeddings(posterId, embedder.modelId, named);
  return true;
}

/** @returns null for a poster without a readable picture */
async function viewsOf(posterId: PosterId, deps: EmbedMissingDeps, signal: AbortSignal) {
  try {
    const bytes = await deps.store.image(posterId);
    return bytes === null ? null : deps.galleryViews(await deps.decode(bytes, signal));
  } catch (error) {
    if (!(error instanceof OpfindError) || error.code === "aborted") throw error;
    deps.onFailure(posterId, error);
    return null;
  }
}
