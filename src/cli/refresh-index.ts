import type { GalleryStore } from "../index/gallery-store.ts";
import { openVectorIndex } from "../index/open-index.ts";
import { SqlitePosterStore } from "../index/poster-store.ts";
import type { Clock, Embedder } from "../pipeline/ports.ts";
import type { VerbContext } from "./verb.ts";

interface Grown {
  readonly store: GalleryStore;
  readonly embedder: Embedder;
  readonly clock: Clock;
}

/**
 * Opening the index stores it anew when much was added; otherwise the next opening appends the little there is. On
 * Qdrant what is stored is searchable at once.
 */
export async function refreshIndex({ store, embedder, clock }: Grown, { config, log, signal }: VerbContext) {
  const { modelId, dimension } = embedder;
  const { OPFIND_INDEX: preference } = config.env;
  if (preference === "qdrant" || !(store instanceof SqlitePosterStore)) return;
  const deps = { store, modelId, dimension, dataDir: config.dataDir, preference, log, clock };
  await (await openVectorIndex(deps, signal)).close();
}
