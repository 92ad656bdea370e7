import { lookup } from "node:dns/promises";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Config } from "./config.ts";
import { OpfindError } from "./errors.ts";
import type { Logger } from "./log.ts";
import { openSongsOf, type SongsOf } from "./pipeline/enrich.ts";
import type { AnimeMemory, Clock } from "./pipeline/ports.ts";
import { openResolveTitle, type ResolveTitle } from "./pipeline/resolve-title.ts";
import { AniList } from "./sources/anilist.ts";
import { openUserList, type UserList } from "./sources/anilist-list.ts";
import { AnimeThemes } from "./sources/animethemes.ts";
import { type Cache, openCache } from "./sources/cache.ts";
import { cachedAnime, cachedThemes, uncachedAnime, uncachedThemes } from "./sources/cached.ts";
import { type Covers, openCovers as openCoverServer } from "./sources/covers.ts";
import { walkFranchise } from "./sources/franchise-walk.ts";
import { openGraphql } from "./sources/graphql.ts";
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
import { openSharedTurns } from "./sources/shared-turns.ts";
import { Snapshot } from "./sources/snapshot.ts";
import { Tenrai } from "./sources/tenrai.ts";
import { readUserAgent } from "./sources/user-agent.ts";

// The half of the composition root that needs no native module: what answers about songs and titles.

/** What the composition root needs; every `VerbContext` is one. */
export interface WireContext {
  readonly config: Config;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** told of every request to another service: "ok", its status, or the code of its failure */
  readonly asked?: (source: string, outcome: string) => void;
}

export interface Songs {
  readonly songsOf: SongsOf;
  readonly resolveTitle: ResolveTitle;
  /** AniList's cards, remembered */
  readonly cards: AnimeMemory["anime"];
  /** titles by AniList, and by what is on this machine */
  readonly titles: readonly [remote: Pick<AnimeMemory, "searchTitle">, local: Pick<AnimeMemory, "searchTitle">];
  readonly userList: UserList;
  close(): Promise<void>;
}

export const clock: Clock = { now: () => Date.now(), elapsedMs: () => performance.now() };

/**
 * Opens the sources of identity and songs: AniList, AnimeThemes, Tenrai, MyAnimeList with a client id, the snapshot.
 * @param snapshot another set of bundled facts, for the demonstration's invented catalogue
 */
export async function openSongs(
  { config, log, asked }: Omit<WireContext, "signal">,
  snapshot = new Snapshot(config.home),
): Promise<Songs> {
  const { env } = config;
  const cache = openSourceCache(config, log);
  const deps = { cache, clock };
  const userAgent = readUserAgent(config.home);
  const turns = turnsOfAll(env, log);
  const options = { fetch: globalThis.fetch, userAgent, limiterFor: turns?.limiterFor };
  // Offline nothing is asked, so nothing waits for its turn either.
  const polite = (manners: Manners): Fetch =>
    env.OPFIND_OFFLINE ? offlineFetch(manners.service) : counted(politeFetch(manners, options), manners.service, asked);

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
    titles: [cards, snapshot],
    userList: openUserList(anilistClient),
    async close() {
      turns?.close();
      await cache.close();
    },
  };
}

function counted(fetch: Fetch, service: string, asked: WireContext["asked"]): Fetch {
  if (!asked) return fetch;
  return async (...request) => {
    try {
      const response = await fetch(...request);
      asked(service, response.ok ? "ok" : String(response.status));
      return response;
    } catch (error) {
      asked(service, error instanceof OpfindError ? error.code : "internal");
      throw error;
    }
  };
}

/** Opens the server of AniList's covers, behind the list of allowed hosts. */
export function openCovers({ config, log }: Pick<WireContext, "config" | "log">): Covers {
  const { OPFIND_COVER_HOSTS: hosts, OPFIND_OFFLINE: isOffline } = config.env;
  const resolve = (host: string) => lookup(host, { all: true });
  const turns = turnsOfAll(config.env, log);
  const userAgent = readUserAgent(config.home);
  const { cover, close } = openCoverServer({ hosts, isOffline, resolve, userAgent, limiterFor: turns?.limiterFor });
  return {
    cover,
    async close() {
      turns?.close();
      await close();
    },
  };
}

/** With Redis the turns towards the services are counted for all processes together; offline nobody takes any. */
function turnsOfAll({ REDIS_URL: url, OPFIND_OFFLINE: isOffline }: Config["env"], log: Logger) {
  if (url === undefined || isOffline) return undefined;
  return openSharedTurns(url, (cause) =>
    log.warn({ err: cause }, "Redis is away: turns towards the services are counted in this process alone"),
  );
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
