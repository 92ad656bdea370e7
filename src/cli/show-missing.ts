import { embedMissing } from "../pipeline/embed-stored.ts";
import type { Embedder, PosterStore, RgbImage } from "../pipeline/ports.ts";
import { galleryViews } from "../pipeline/views.ts";
import type { VerbContext } from "./verb.ts";

export interface OpenNetwork {
  readonly embedder: Embedder;
  /** the one beside it; null without one */
  readonly besideEmbedder: Embedder | null;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  close(): Promise<void>;
}

interface MissingDeps {
  readonly store: PosterStore;
  /** of the network in use, and of the one beside it */
  readonly modelIds: readonly string[];
  /** opens the network, only when there are pictures to show it */
  readonly openNetwork: () => Promise<OpenNetwork>;
}

/** Pictures that another network has seen are shown to the one in use, and to the one beside it. */
export async function showMissing(
  { store, modelIds, openNetwork }: MissingDeps,
  { output, signal }: Pick<VerbContext, "output" | "signal">,
): Promise<void> {
  const unseen = await Promise.all(modelIds.map((modelId) => isAnyUnseen(store, modelId)));
  if (!unseen.includes(true)) return;
  const { embedder, besideEmbedder, decode, close } = await openNetwork();
  let bar: ReturnType<typeof output.progress> | undefined;
  try {
    await embedMissing(
      {
        store,
        embedders: [embedder, ...(besideEmbedder ? [besideEmbedder] : [])],
        decode,
        galleryViews,
        onProgress(done, total) {
          bar ??= output.progress("embedding stored posters", total);
          bar.update(done);
        },
        onFailure: (posterId, { message }) => output.note(`poster ${posterId}: ${message}`),
        onLeftOut: (modelId, { message }) => output.note(`${modelId} is shown no poster: ${message}`),
      },
      signal,
    );
  } finally {
    bar?.stop();
    await close();
  }
}

export const UNSEEN = "posters that this network has not seen yet: `opfind index build` shows them to it";

export async function isAnyUnseen(store: PosterStore, modelId: string): Promise<boolean> {
  for await (const _ of store.withoutEmbeddings(modelId)) return true;
  return false;
}
