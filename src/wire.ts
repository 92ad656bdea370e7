import type { AnilistId, MalId } from "./domain/anime.ts";
import type { GalleryStore } from "./index/gallery-store.ts";
import type { KeyStore } from "./index/key-store.ts";
import type { Logger } from "./log.ts";
import type { Calibration } from "./pipeline/calibration.ts";
import type { Clock, Embedder, RgbImage, SecondNetwork, Verifier } from "./pipeline/ports.ts";
import type { View } from "./pipeline/views.ts";
import { openIdMap } from "./sources/id-map.ts";
import { Snapshot } from "./sources/snapshot.ts";
import { openBeside, openSecond } from "./wire-beside.ts";
import { modelInUse } from "./wire-model.ts";
import { type Model, modelOf, openShelf, type Search } from "./wire-shelf.ts";
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
export interface Gallery extends Recogniser, Search, Omit<Songs, "close"> {
  readonly store: GalleryStore;
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

/** Waits for both also when one fails: what opens late has to be closed as well. */
async function bothSettled<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
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

/** Opens the keys of the HTTP service. @throws OpfindError store-broken | store-busy | disk-full */
export async function openKeys({ config }: WireContext): Promise<KeyStore> {
  const { openKeyStore } = await import("./index/key-store.ts");
  return openKeyStore({ dataDir: config.dataDir, clock });
}
