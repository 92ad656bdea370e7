import { join } from "node:path";
import type { AnilistId, MalId } from "./domain/anime.ts";
import type { LiveIndex } from "./index/live-index.ts";
import type { SqlitePosterStore } from "./index/poster-store.ts";
import type { Logger } from "./log.ts";
import type { Calibration } from "./pipeline/calibration.ts";
import type { Clock, Embedder, RgbImage } from "./pipeline/ports.ts";
import type { View } from "./pipeline/views.ts";
import { openIdMap } from "./sources/id-map.ts";
import { Snapshot } from "./sources/snapshot.ts";
import { clock, openSongs, type Songs, type WireContext } from "./wire-sources.ts";

/** The network with what was measured about it. */
export interface Recogniser {
  readonly embedder: Embedder;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly calibration: Calibration;
  close(): Promise<void>;
}

/** Everything that names posters and learns new ones. */
export interface Gallery extends Recogniser, Omit<Songs, "close"> {
  readonly store: SqlitePosterStore;
  /** follows the store */
  readonly index: LiveIndex;
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
  const [{ decodeImage, tuneSharp }, { openEmbedder }, { readCalibration }, manifest, local] = await Promise.all([
    import("./pipeline/decode.ts"),
    import("./pipeline/embed.ts"),
    import("./pipeline/read-calibration.ts"),
    import("./models/manifest.ts"),
    import("./models/local-model.ts"),
  ]);
  const { OPFIND_MODEL: id, OPFIND_DEVICE: device, OPFIND_THREADS: threads } = config.env;
  const entry = manifest.findModel(await manifest.readModelManifest(config.home), id);
  const model = await local.locateModel(entry, local.modelFolders(config), signal);
  tuneSharp();
  const embedder = await openEmbedder({ model, device, threads, log }, signal);
  const calibrations = [config.dataDir, config.home].map((folder) => join(folder, "models", "calibration.json"));
  try {
    const calibration = await readCalibration(calibrations, embedder.modelId, log);
    return { embedder, decode: decodeImage, calibration, close: () => embedder.close() };
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
    const store = await openStore(context);
    opened.push(() => store.close());
    // The network and the index take a quarter of a second each to start, in threads and processes of their own.
    const starting = openRecogniser(context).then((recogniser) => {
      opened.push(recogniser.close);
      return recogniser;
    });
    const searching = openSearch(store, context).then((index) => {
      opened.push(() => index.close());
      return index;
    });
    const [recogniser, index] = await bothSettled(starting, searching);
    const { galleryViews } = await import("./pipeline/views.ts");
    const titles = await openTitles(context);
    opened.push(titles.close);
    return { ...recogniser, ...titles, store, index, galleryViews, clock, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openSearch(store: SqlitePosterStore, context: WireContext): Promise<LiveIndex> {
  const { config, log, signal } = context;
  const model = await modelOf(context);
  const { modelId } = model;
  await warnOfUnseen(store, modelId, log);
  const [{ openVectorIndex }, { LiveIndex }] = await Promise.all([
    import("./index/open-index.ts"),
    import("./index/live-index.ts"),
  ]);
  const { OPFIND_INDEX: preference } = config.env;
  const since = store.ends(modelId);
  const index = await openVectorIndex({ ...model, store, preference, dataDir: config.dataDir, log, clock }, signal);
  return new LiveIndex(index, since, { store, modelId, clock });
}

/** Waits for both also when one fails: what opens late has to be closed as well. */
async function bothSettled<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

/**
 * Opens the poster store alone, filled from the starter pack like the gallery's.
 * @throws OpfindError store-broken | store-busy | disk-full | model-unknown
 */
export async function openStore(context: WireContext): Promise<SqlitePosterStore> {
  const { openPosterStore } = await import("./index/poster-store.ts");
  const store = openPosterStore({ dataDir: context.config.dataDir, clock });
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
  const { findModel, readModelManifest } = await import("./models/manifest.ts");
  const { modelIdOf } = await import("./pipeline/model-id.ts");
  const entry = findModel(await readModelManifest(config.home), config.env.OPFIND_MODEL);
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
async function warnOfUnseen(store: SqlitePosterStore, modelId: string, log: Logger): Promise<void> {
  for await (const _ of store.withoutEmbeddings(modelId)) {
    log.warn("the gallery has posters that the network in use has not seen: opfind index build shows them to it");
    return;
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
