import { join } from "node:path";
import type { GalleryStore } from "./index/gallery-store.ts";
import type { FollowedIndex } from "./index/live-index.ts";
import type { OpenIndexDeps } from "./index/open-index.ts";
import type { SqlitePosterStore } from "./index/poster-store.ts";
import type { Embedder } from "./pipeline/ports.ts";
import { modelInUse } from "./wire-model.ts";
import { clock, type WireContext } from "./wire-sources.ts";

// The part of the composition root that knows where posters are kept: on this machine or on Qdrant.

export type Model = Pick<Embedder, "modelId" | "dimension">;
export interface Search {
  /** follows the store */
  readonly index: FollowedIndex;
  /** Builds the index anew while the present one answers; `index` then searches the new one. */
  readonly rebuildIndex: (onRows: (done: number, total: number) => void, signal: AbortSignal) => Promise<void>;
}

/** Where the posters are, and how they are searched. */
export interface Shelf {
  readonly store: GalleryStore;
  /** @param place only the network in use is rolled back, and its rebuilding begins a version of Qdrant's */
  openSearch(model: Model, place: "first" | "beside"): Promise<Search>;
}

/**
 * Opens the poster store where OPFIND_INDEX says it is.
 * @throws OpfindError store-broken | store-busy | disk-full | model-unknown | index-…
 */
export async function openShelf(context: WireContext): Promise<Shelf> {
  const { OPFIND_INDEX: preference } = context.config.env;
  if (preference === "qdrant") return await openQdrantShelf(context);
  const store = await openLocalStore(context);
  const { config, log } = context;
  const deps = { store, preference, dataDir: config.dataDir, log, clock };
  return { store, openSearch: (model, place) => openLocalSearch({ ...deps, ...model }, place, context.signal) };
}

async function openLocalSearch(deps: OpenIndexDeps, place: "first" | "beside", signal: AbortSignal): Promise<Search> {
  const [{ openVectorIndex, openNewestIndex, rebuildVectorIndex }, { LiveIndex }] = await Promise.all([
    import("./index/open-index.ts"),
    import("./index/live-index.ts"),
  ]);
  const { store, modelId } = deps;
  const since = store.ends(modelId);
  const opened = await (place === "first" ? openVectorIndex : openNewestIndex)(deps, signal);
  const index = new LiveIndex(opened, since, deps);
  return {
    index,
    async rebuildIndex(onRows, stop) {
      const before = store.ends(modelId);
      await index.replace(await rebuildVectorIndex({ ...deps, onRows }, stop), before);
    },
  };
}

async function openQdrantShelf(context: WireContext): Promise<Shelf> {
  const { openQdrant } = await import("./wire-qdrant.ts");
  const { store, versions, openIndex, sweep } = await openQdrant(context);
  return {
    store,
    async openSearch(model, place) {
      if (place === "first" && (await store.count()) === 0) context.log.warn(NOTHING_THERE);
      const index = await openIndex(model);
      const rebuildIndex: Search["rebuildIndex"] = async (onRows, stop) => {
        // A new version takes the embeddings of every network along, and a sweep is for all of them.
        if (place === "first") await versions.build(onRows, stop);
        await index.follow();
        if (place === "first") await sweep(stop);
      };
      return { index, rebuildIndex };
    },
  };
}

/** Nobody fills a gallery of many machines by starting one of them. */
const NOTHING_THERE =
  "the gallery on Qdrant is empty: opfind migrate --to qdrant carries this machine's over, with OPFIND_STARTER=on the starter pack";

/** Opens the poster store alone. @throws like `openShelf` */
export async function openStore(context: WireContext): Promise<GalleryStore> {
  return (await openShelf(context)).store;
}

/**
 * Opens the poster store of this machine, filled from the starter pack where wanted.
 * @param isFolderShared it stands beside one on Qdrant: no picture is deleted then
 * @throws OpfindError store-broken | store-busy | disk-full | model-unknown
 */
export async function openLocalStore(
  context: WireContext,
  { isFolderShared = false }: { readonly isFolderShared?: boolean } = {},
): Promise<SqlitePosterStore> {
  const { openPosterStore } = await import("./index/poster-store.ts");
  const store = openPosterStore({ dataDir: context.config.dataDir, clock, isFolderShared });
  try {
    await seed(store, (await modelOf(context)).modelId, context);
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Id and dimension of the network in use, without running it. @throws OpfindError model-unknown | manifest-invalid */
export async function modelOf({ config }: WireContext): Promise<Pick<Embedder, "modelId" | "dimension">> {
  const { modelIdOf } = await import("./pipeline/model-id.ts");
  const entry = await modelInUse(config);
  return { modelId: modelIdOf(entry), dimension: entry.dimension };
}

/** A data folder of one's own starts empty unless asked otherwise: its gallery is what its owner puts in. */
async function seed(store: SqlitePosterStore, modelId: string, { config, log }: WireContext): Promise<void> {
  const { OPFIND_STARTER: wish } = config.env;
  if (wish === "off" || (wish === "auto" && config.hasOwnDataDir)) return;
  const { seedStarter } = await import("./index/starter.ts");
  const seeding = await seedStarter(store, { dir: join(config.home, "embeddings", "starter"), modelId });
  if (seeding.kind === "seeded") log.info(`the starter pack gives ${seeding.posters} posters`);
  if (seeding.kind === "refused") log.warn(`the starter pack is left out: ${seeding.why}`);
}
