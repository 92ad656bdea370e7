import type { PosterId } from "../domain/poster.ts";
import { OpfindError } from "../errors.ts";
import type { Embedder, Embedding, NewEmbedding, PosterStore, RgbImage } from "./ports.ts";
import type { View } from "./views.ts";

export interface EmbedStoredDeps {
  readonly store: Pick<PosterStore, "list" | "withoutEmbeddings" | "addEmbeddings" | "replaceEmbeddings" | "image">;
  /** the network in use, and a second one where there is one: a picture is decoded once for both */
  readonly embedders: readonly Network[];
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly galleryViews: (image: RgbImage) => readonly View[];
  /** @param posterId the last one done; in `embedAll` a later run may begin behind it */
  readonly onProgress: (done: number, total: number, posterId: PosterId) => void;
  /** a picture that cannot be read any more; it is left as it is */
  readonly onFailure: (posterId: PosterId, failure: OpfindError) => void;
  /** a second network that does not work: the posters are shown to the first alone */
  readonly onLeftOut: (modelId: string, failure: OpfindError) => void;
}

type Network = Pick<Embedder, "embed" | "modelId">;

/**
 * Shows the networks every stored picture that only others have seen: after a change of the network nothing of the
 * gallery is lost. Each poster is one transaction, so it goes on where it was stopped.
 * @returns how many posters gained embeddings
 * @throws OpfindError embedder-failed | disk-full | store-busy | aborted
 */
export async function embedMissing(deps: EmbedStoredDeps, signal: AbortSignal): Promise<number> {
  const { store } = deps;
  const missing = new Map<PosterId, Network[]>();
  for (const embedder of await working(deps, signal)) {
    for await (const { posterId } of store.withoutEmbeddings(embedder.modelId)) {
      missing.set(posterId, [...(missing.get(posterId) ?? []), embedder]);
    }
  }
  const wanted = [...missing].map(([posterId, networks]) => ({ posterId, networks }));
  return await embedEach(wanted, { ...deps, keep: (...embedded) => store.addEmbeddings(...embedded) }, signal);
}

/**
 * Shows the networks every stored picture anew, for views or preprocessing that have changed.
 * @param after begins behind this poster: 0, or where an earlier run was stopped
 * @returns and @throws like `embedMissing`
 */
export async function embedAll(deps: EmbedStoredDeps, after: PosterId, signal: AbortSignal): Promise<number> {
  const { store } = deps;
  const networks = await working(deps, signal);
  const posterIds: PosterId[] = [];
  for await (const { posterId, file } of store.list()) if (posterId > after && file !== null) posterIds.push(posterId);
  posterIds.sort((a, b) => a - b);
  const wanted = posterIds.map((posterId) => ({ posterId, networks }));
  return await embedEach(wanted, { ...deps, keep: (...embedded) => store.replaceEmbeddings(...embedded) }, signal);
}

/** Shows the networks beside the first a small picture: one that cannot see it must not stop the first from seeing any. */
async function working({ embedders, onLeftOut }: EmbedStoredDeps, signal: AbortSignal): Promise<readonly Network[]> {
  const [first, ...others] = embedders;
  const found = first ? [first] : [];
  for (const network of others) {
    try {
      await network.embed([TRIAL], signal);
      found.push(network);
    } catch (error) {
      if (!(error instanceof OpfindError) || error.code === "aborted") throw error;
      onLeftOut(network.modelId, error);
    }
  }
  return found;
}

/** Not of one colour: a network may see nothing in black. */
const TRIAL: RgbImage = { data: Uint8Array.from({ length: 3 * 32 * 32 }, (_, at) => at % 256), width: 32, height: 32 };

/** A poster and the networks that shall see it. */
interface Wanted {
  readonly posterId: PosterId;
  readonly networks: readonly Network[];
}

type Keeping = EmbedStoredDeps & { readonly keep: PosterStore["addEmbeddings"] };

async function embedEach(wanted: readonly Wanted[], deps: Keeping, signal: AbortSignal): Promise<number> {
  let [done, gained] = [0, 0];
  for (const one of wanted) {
    if (await embedOne(one, deps, signal)) gained++;
    deps.onProgress(++done, wanted.length, one.posterId);
  }
  return gained;
}

async function embedOne({ posterId, networks }: Wanted, deps: Keeping, signal: AbortSignal): Promise<boolean> {
  const views = await viewsOf(posterId, deps, signal);
  if (views === null) return false;
  const images = views.map(({ image }) => image);
  const named = (embeddings: readonly Embedding[]): readonly NewEmbedding[] =>
    embeddings.map((embedding, i) => ({ view: views[i]?.name ?? String(i), embedding }));
  for (const network of networks) {
    await deps.keep(posterId, network.modelId, named(await network.embed(images, signal)));
  }
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
