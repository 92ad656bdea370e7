import { join } from "node:path";
import type { AnilistId, MalId } from "./domain/anime.ts";
import type { GalleryStore } from "./index/gallery-store.ts";
import type { KeyStore } from "./index/key-store.ts";
import type { FollowedIndex } from "./index/live-index.ts";
import type { OpenIndexDeps } from "./index/open-index.ts";
import type { SqlitePosterStore } from "./index/poster-store.ts";
import type { Logger } from "./log.ts";
import type { Calibration } from "./pipeline/calibration.ts";
import type { Clock, Embedder, RgbImage, SecondNetwork, Verifier } from "./pipeline/ports.ts";
import type { View } from "./pipeline/views.ts";
import { openIdMap } from "./sources/id-map.ts";
import { Snapshot } from "./sources/snapshot.ts";
import { openBeside, openSecond } from "./wire-beside.ts";
import { modelInUse } from "./wire-model.ts";
import { clock, openSongs, type Songs, type WireContext } from "./wire-sources.ts";

/** The network with what was measured about it. */
export interface Recogniser {
  readonly embedder: Embedder;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly calibration: Calibration;
  /** the one that OPFIND_MODEL_BESIDE names, opened by the first picture it is shown; null without one */
  readonly besideEmbedder: Embedder | null;
  close(): Promise<void>;
}

/** Everything that names posters and learns new ones. */
export interface Gallery extends Recogniser, Omit<Songs, "close"> {
  readonly store: GalleryStore;
  /** follows the store */
  readonly index: FollowedIndex;
  /** Builds the index anew while the present one answers; `index` then searches the new one. */
  readonly rebuildIndex: (onRows: (done: number, total: number) => void, signal: AbortSignal) => Promise<void>;
  readonly verifier: Verifier;
  /** the second network, where the calibration knows it */
  readonly beside: SecondNetwork | undefined;
  readonly galleryViews: (image: RgbImage) => readonly View[];
  readonly anilistIdOf: (malId: MalId) => AnilistId | null;
  readonly franchiseIdOf: (anilistId: AnilistId, signal: AbortSignal) => Promise<AnilistId | null>;
  readonly clock: Clock;
}

// Native modules cost up to half a second: what only names posters is loaded when that is asked for.

/**
 * Opens the network that the configuration names.
 * @throws OpfindError model-* | config-invalid | embedder-failed | manifest-invalid | aborted
 */
export async function openRecogniser({ config, log, signal }: WireContext): Promise<Recogniser> {
  const [{ decodeImage, tuneSharp }, { openEmbedder }, { calibrationFiles, readCalibration }, local] =
    await Promise.all([
      import("./pipeline/decode.ts"),
      import("./pipeline/embed.ts"),
      import("./pipeline/read-calibration.ts"),
      import("./models/local-model.ts"),
    ]);
  const { OPFIND_DEVICE: device, OPFIND_THREADS: threads } = config.env;
  const entry = await modelInUse(config);
  const model = await local.locateModel(entry, local.modelFolders(config), signal);
  tuneSharp();
  const embedder = await openEmbedder({ model, device, threads, log }, signal);
  try {
    const calibration = await readCalibration(calibrationFiles(config), embedder.modelId, log);
    const besideEmbedder = await openBeside({ config, log, signal });
    const close = async () => void (await Promise.all([embedder.close(), besideEmbedder?.close()]));
    return { embedder, decode: decodeImage, calibration, besideEmbedder, close };
  } catch (error) {
    await embedder.close();
    throw error;
  }
}

/**
 * Opens the network, the poster store and its index; a fresh store is filled from the starter pack where wanted.
 * @throws OpfindError like `openRecogniser` | store-broken | store-busy | disk-full | index-broken
 */
export async function openGallery(context: WireContext): Promise<Gallery> {
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const shut of opened.splice(0).reverse()) await shut();
  };
  try {
    const shelf = await openShelf(context);
    opened.push(() => shelf.store.close());
    // The network and the index take a quarter of a second each to start, in threads and processes of their own.
    const starting = openRecogniser(context).then((recogniser) => {
      opened.push(recogniser.close);
      return recogniser;
    });
    const searching = modelOf(context).then(async (model) => {
      const search = await shelf.openSearch(model, "first");
      opened.push(() => search.index.close());
      return search;
    });
    const [recogniser, search] = await bothSettled(starting, searching);
    const second = openSecond({ ...recogniser, ...shelf, log: context.log });
    opened.push(second.close);
    await warnOfUnseen(shelf.store, [recogniser.embedder, ...second.asked], context.log);
    const { galleryViews } = await import("./pipeline/views.ts");
    const { openVerifier } = await import("./pipeline/verify.ts");
    const verifier = openVerifier({ store: shelf.store, decode: recogniser.decode, log: context.log, clock });
    opened.push(() => verifier.close());
    const titles = await openTitles(context);
    opened.push(titles.close);
    const { beside } = second;
    const rebuildIndex: Gallery["rebuildIndex"] = async (onRows, stop) => {
      await search.rebuildIndex(onRows, stop);
      await second.rebuildIndex(onRows, stop);
    };
    const searched = { index: search.index, rebuildIndex, store: shelf.store, verifier, beside, galleryViews };
    return { ...recogniser, ...titles, ...searched, clock, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Model = Pick<Embedder, "modelId" | "dimension">;
type Search = Pick<Gallery, "index" | "rebuildIndex">;

/** Where the posters are, and how they are searched. */
interface Shelf {
  readonly store: GalleryStore;
  /** @param place only the network in use is rolled back, and its rebuilding begins a version of Qdrant's */
  openSearch(model: Model, place: "first" | "beside"): Promise<Search>;
}

async function openShelf(context: WireContext): Promise<Shelf> {
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
        // A new version takes the embeddings of every network along.
        if (place === "first") await versions.build(onRows, stop);
        await index.follow();
        await sweep(stop);
      };
      return { index, rebuildIndex };
    },
  };
}

/** Nobody fills a gallery of many machines by starting one of them. */
const NOTHING_THERE =
  "the gallery on Qdrant is empty: opfind migrate --to qdrant carries this machine's over, with OPFIND_STARTER=on the starter pack";

/** Waits for both also when one fails: what opens late has to be closed as well. */
async function bothSettled<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

/**
 * Opens the poster store alone, where OPFIND_INDEX says it is.
 * @throws OpfindError store-broken | store-busy | disk-full | model-unknown | index-…
 */
export async function openStore(context: WireContext): Promise<GalleryStore> {
  return (await openShelf(context)).store;
}

/**
 * Opens the poster store of this machine, filled from the starter pack where wanted.
 * @param sharing beside one on Qdrant: no picture is deleted then
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

/** What tells which anime a title, a MyAnimeList id or a season belongs to. */
async function openTitles(context: WireContext) {
  const snapshot = new Snapshot(context.config.home);
  const songs = await openSongs(context, snapshot);
  const { anilistId: anilistIdOf } = await openIdMap(context.config.home);
  const franchiseIdOf: Gallery["franchiseIdOf"] = (id, signal) => snapshot.franchiseIdOf(id, signal);
  return { ...songs, anilistIdOf, franchiseIdOf };
}

/** After a change of the network a gallery is not gone, only unseen: nobody shall take it for empty. */
async function warnOfUnseen(store: GalleryStore, networks: readonly Model[], log: Logger): Promise<void> {
  for (const { modelId } of networks) {
    for await (const _ of store.withoutEmbeddings(modelId)) {
      log.warn(`the gallery has posters that ${modelId} has not seen: opfind index build shows them to it`);
      break;
    }
  }
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

/** Opens the keys of the HTTP service. @throws OpfindError store-broken | store-busy | disk-full */
export async function openKeys({ config }: WireContext): Promise<KeyStore> {
  const { openKeyStore } = await import("./index/key-store.ts");
  return openKeyStore({ dataDir: config.dataDir, clock });
}
