import { openVectorIndex } from "../index/open-index.ts";
import type { SqlitePosterStore } from "../index/poster-store.ts";
import type { Clock, Embedder } from "../pipeline/ports.ts";
import type { VerbContext } from "./verb.ts";

interface Grown {
  readonly store: SqlitePosterStore;
  readonly embedder: Embedder;
  readonly clock: Clock;
}

/** Opening the index stores it anew when much was added; otherwise the next opening appends the little there is. */
export async function refreshIndex({ store, embedder, clock }: Grown, { config, log, signal }: VerbContext) {
  const { modelId, dimension } = embedder;
  const preference = config.env.OPFIND_INDEX;
  const deps = { store, modelId, dimension, dataDir: config.dataDir, preference, log, clock };
  await (await openVectorIndex(deps, signal)).close();
}
