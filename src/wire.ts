import { lookup } from "node:dns/promises";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Config } from "./config.ts";
import type { AnilistId, MalId } from "./domain/anime.ts";
import type { SqlitePosterStore } from "./index/poster-store.ts";
import type { Logger } from "./log.ts";
import type { Calibration } from "./pipeline/calibration.ts";
import { openSongsOf, type SongsOf } from "./pipeline/enrich.ts";
import type { AnimeMemory, Clock, Embedder, RgbImage, VectorIndex } from "./pipeline/ports.ts";
import { openResolveTitle, type ResolveTitle } from "./pipeline/resolve-title.ts";
import type { View } from "./pipeline/views.ts";
import { AniList } from "./sources/anilist.ts";
import { openUserList, type UserList } from "./sources/anilist-list.ts";
import { AnimeThemes } from "./sources/animethemes.ts";
import { type Cache, openCache } from "./sources/cache.ts";
import { cachedAnime, cachedThemes, uncachedAnime, uncachedThemes } from "./sources/cached.ts";
import { type Covers, openCovers as openCoverServer } from "./sources/covers.ts";
import { walkFranchise } from "./sources/franchise-walk.ts";
import { openGraphql } from "./sources/graphql.ts";
import { openIdMap } from "./sources/id-map.ts";
import {
  ANILIST_MANNERS,
  ANIMETHEMES_MANNERS,
  type Manners,
  MYANIMELIST_MANNERS,
  TENRAI_MANNERS,
} from "./sources/manners.ts";
import { MyAnimeList } from "./sources/myanimelist.ts";
import { offlineFetch } from "./sources/offline-fetch.ts";
import { type Fetch, politeFetch } from "./sources/polite-fetch.ts";
import { Snapshot } from "./sources/snapshot.ts";
import { Tenrai } from "./sources/tenrai.ts";
import { readUserAgent } from "./sources/user-agent.ts";

/** What the composition root needs; every `VerbContext` is one. */
export interface WireContext {
  readonly config: Config;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface Songs {
  readonly songsOf: SongsOf;
  readonly resolveTitle: ResolveTitle;
  /** AniList's cards, remembered */
  readonly cards: AnimeMemory["anime"];
  readonly userList: UserList;
  close(): Promise<void>;
}

/** The network with what was measured about it. */
export interface Recogniser {
  readonly embedder: Embedder;
  readonly decode: (bytes: Uint8Array, signal: AbortSignal) => Promise<RgbImage>;
  readonly calibration: Calibration;
  close(): Promise<void>;
}

/** Everything that names posters and learns new ones. */
export interface Gallery extends Recogniser, Pick<Songs, "resolveTitle" | "cards" | "userList"> {
  readonly store: SqlitePosterStore;
  readonly index: VectorIndex;
  readonly galleryViews: (image: RgbImage) => readonly View[];
  readonly anilistIdOf: (malId: MalId) => AnilistId | null;
  readonly franchiseIdOf: (anilistId: AnilistId, signal: AbortSignal) => Promise<AnilistId | null>;
  readonly clock: Clock;
}

export const clock: Clock = { now: () => Date.now(), elapsedMs: () => performance.now() };

/**
 * Opens the sources of identity and songs: AniList, AnimeThemes, Tenrai, MyAnimeList with a client id, the snapshot.
 * @param snapshot another set of bundled facts, for the demonstration's invented catalogue
 */
export async function openSongs(
  { config, log }: Omit<WireContext, "signal">,
  snapshot = new Snapshot(config.home),
): Promise<Songs> {
  const { env } = config;
  const cache = openSourceCache(config, log);
  const deps = { cache, clock };
  const userAgent = readUserAgent(config.home);
  // Offline nothing is asked, so nothing waits for its turn either.
  const polite = (manners: Manners): Fetch =>
    env.OPFIND_OFFLINE ? offlineFetch(manners.service) : politeFetch(manners, { fetch: globalThis.fetch, userAgent });

  const anilistClient = openGraphql(env.ANILIST_URL, polite(ANILIST_MANNERS), anilistHeaders(config));
  const cards = cachedAnime(new AniList(anilistClient), deps);
  const animethemes = new AnimeThemes(openGraphql(env.ANIMETHEMES_URL, polite(ANIMETHEMES_MANNERS)));
  const tenrai = new Tenrai(polite(TENRAI_MANNERS), env.TENRAI_URL);
  const myanimelist = env.MAL_CLIENT_ID
    ? [new MyAnimeList(polite(MYANIMELIST_MANNERS), { url: env.MAL_URL, clientId: env.MAL_CLIENT_ID })]
    : [];

  const anime = [cards, uncachedAnime(snapshot)];
  const themes = [
    cachedThemes(animethemes, 100, deps),
    ...[tenrai, ...myanimelist].map((source) => cachedThemes(source, 1, deps)),
    uncachedThemes(snapshot),
  ];
  return {
    songsOf: openSongsOf({ anime, themes, walk: walkFranchise }),
    resolveTitle: openResolveTitle(anime),
    cards: cards.anime,
    userList: openUserList(anilistClient),
    close: () => cache.close(),
  };
}

/** Opens the server of AniList's covers, behind the list of allowed hosts. */
export function openCovers({ config }: Pick<WireContext, "config">): Covers {
  const { OPFIND_COVER_HOSTS: hosts, OPFIND_OFFLINE: isOffline } = config.env;
  const resolve = (host: string) => lookup(host, { all: true });
  return openCoverServer({ hosts, isOffline, resolve, userAgent: readUserAgent(config.home) });
}

function openSourceCache({ dataDir, env }: Config, log: Logger): Cache {
  const folder = join(dataDir, "embeddings");
  const onTrouble = (cause: unknown) =>
    log.warn({ err: cause }, "answers are not remembered: the cache cannot be used");
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    log.debug({ err: cause }, "no folder for the cache");
  }
  return openCache({ file: join(folder, "cache.sqlite"), redisUrl: env.REDIS_URL, onTrouble });
}

/** A token lifts AniList's filter; a Referer may, and must be the project's own page. */
function anilistHeaders({ env }: Config): Readonly<Record<string, string>> {
  return {
    ...(env.ANILIST_TOKEN ? { authorization: `Bearer ${env.ANILIST_TOKEN}` } : {}),
    ...(env.ANILIST_REFERER ? { referer: env.ANILIST_REFERER } : {}),
  };
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
  const { config, log, signal } = context;
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const shut of opened.splice(0).reverse()) await shut();
  };
  try {
    const recogniser = await openRecogniser(context);
    opened.push(recogniser.close);
    const { embedder } = recogniser;
    const store = await openStore(context);
    opened.push(() => store.close());
    warnOfUnseen(store, embedder.modelId, log);
    const { openVectorIndex } = await import("./index/open-index.ts");
    const facts = { modelId: embedder.modelId, dimension: embedder.dimension, dataDir: config.dataDir };
    const index = await openVectorIndex({ ...facts, store, preference: config.env.OPFIND_INDEX, log, clock }, signal);
    opened.push(() => index.close());
    const { galleryViews } = await import("./pipeline/views.ts");
    const titles = await openTitles(context);
    opened.push(titles.close);
    return { ...recogniser, ...titles, store, index, galleryViews, clock, close };
  } catch (error) {
    await close();
    throw error;
  }
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
  const { resolveTitle, cards, userList, close } = await openSongs(context, snapshot);
  const { anilistId: anilistIdOf } = await openIdMap(context.config.home);
  const franchiseIdOf: Gallery["franchiseIdOf"] = (id, signal) => snapshot.franchiseIdOf(id, signal);
  return { resolveTitle, cards, userList, anilistIdOf, franchiseIdOf, close };
}

/** After a change of the network a gallery is not gone, only unseen: nobody shall take it for empty. */
function warnOfUnseen(store: SqlitePosterStore, modelId: string, log: Logger): void {
  for (const _ of store.withoutEmbeddings(modelId)) {
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
