import type { Config } from "../../config.ts";
import { openCache } from "../../sources/cache.ts";
import { ANILIST_MANNERS, ANIMETHEMES_MANNERS, MYANIMELIST_MANNERS, TENRAI_MANNERS } from "../../sources/manners.ts";
import { type Fetch, politeFetch } from "../../sources/polite-fetch.ts";
import { readUserAgent } from "../../sources/user-agent.ts";
import { connectQdrant } from "../../wire-qdrant.ts";
import { type Check, check } from "./finding.ts";

/** The cheapest question that a GraphQL service answers. */
const ASK_NAME: RequestInit = {
  method: "POST",
  headers: { "content-type": "application/json", accept: "application/json" },
  body: JSON.stringify({ query: "{ __typename }" }),
};

/** MyAnimeList's first entry: small, and there for as long as the site. */
const KNOWN_MAL_ID = 1;

/** One harmless request to each service. Songs need one of them or the snapshot, so none is fatal alone. */
export function networkParts({ env, home }: Config): readonly Check[] {
  const options = { fetch: globalThis.fetch, userAgent: readUserAgent(home) };
  const { ANILIST_TOKEN: token, ANILIST_REFERER: referer, MAL_CLIENT_ID: clientId } = env;
  const identity = { ...(token && { authorization: `Bearer ${token}` }), ...(referer && { referer }) };
  const anilist: RequestInit = { ...ASK_NAME, headers: { ...ASK_NAME.headers, ...identity } };
  const mal: RequestInit = { headers: { "x-mal-client-id": clientId ?? "" } };
  const services = [
    { part: "AniList", ask: asking(politeFetch(ANILIST_MANNERS, options), env.ANILIST_URL, anilist) },
    { part: "AnimeThemes", ask: asking(politeFetch(ANIMETHEMES_MANNERS, options), env.ANIMETHEMES_URL, ASK_NAME) },
    {
      part: "Tenrai",
      ask: asking(politeFetch(TENRAI_MANNERS, options), `${bare(env.TENRAI_URL)}/anime/${KNOWN_MAL_ID}/themes`),
    },
    ...(clientId
      ? [
          {
            part: "MyAnimeList",
            ask: asking(
              politeFetch(MYANIMELIST_MANNERS, options),
              `${bare(env.MAL_URL)}/anime/${KNOWN_MAL_ID}?fields=id`,
              mal,
            ),
          },
        ]
      : []),
  ];
  const remedy = "Answers come from the other sources, the cache and the snapshot meanwhile; try again later.";
  return services.map(({ part, ask }) => check({ part, onTrouble: "warning", remedy, look: ask }));
}

function asking(fetch: Fetch, url: string, init: RequestInit = {}) {
  return async (signal: AbortSignal): Promise<string> => {
    const since = performance.now();
    const { status } = await fetch(url, { ...init, signal });
    const ms = Math.round(performance.now() - since);
    if (status >= 400) throw new Error(`${new URL(url).host} answered with status ${status} after ${ms} ms`);
    return `${new URL(url).host} answered in ${ms} ms`;
  };
}

const bare = (url: string) => url.replace(/\/$/, "");

/** Qdrant, where one is configured. @returns no check at all where none is */
export function qdrantParts(config: Config): readonly Check[] {
  if (!config.env.QDRANT_URL) return [];
  // Without OPFIND_INDEX=qdrant only `opfind migrate` asks it.
  const onTrouble = config.env.OPFIND_INDEX === "qdrant" ? "failed" : "warning";
  const remedy = "Start it, or correct QDRANT_URL and QDRANT_API_KEY.";
  return [check({ part: "Qdrant", onTrouble, remedy, look: (signal) => describeQdrant(config, signal) })];
}

/** Named vectors come and go in a collection since then. */
const OLDEST_QDRANT = { major: 1, minor: 18 };

async function describeQdrant(config: Config, signal: AbortSignal): Promise<string> {
  const connection = connectQdrant(config);
  const since = performance.now();
  const version = await connection.version(signal);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isOld = major < OLDEST_QDRANT.major || (major === OLDEST_QDRANT.major && minor < OLDEST_QDRANT.minor);
  if (isOld) throw new Error(`version ${version} is older than ${OLDEST_QDRANT.major}.${OLDEST_QDRANT.minor}`);
  return `${connection.host}, version ${version}, answered in ${Math.round(performance.now() - since)} ms`;
}

/** Redis, where one is configured. @returns no check at all where none is */
export function redisParts({ env }: Config): readonly Check[] {
  const { REDIS_URL: redisUrl } = env;
  if (!redisUrl) return [];
  const remedy = "Start it or correct REDIS_URL; without it nothing is remembered between answers.";
  return [check({ part: "Redis", onTrouble: "warning", remedy, look: () => pingRedis(redisUrl) })];
}

async function pingRedis(redisUrl: string): Promise<string> {
  const trouble: unknown[] = [];
  const cache = openCache({ file: ":memory:", redisUrl, onTrouble: (cause) => trouble.push(cause) });
  const since = performance.now();
  await cache.write([{ key: "doctor", value: since, keepMs: 60_000 }]);
  const isKept = (await cache.read(["doctor"])).get("doctor") === since;
  await cache.close();
  const [cause] = trouble;
  if (cause instanceof Error) throw cause;
  if (!isKept) throw new Error("it does not give back what was written");
  return `${new URL(redisUrl).host} answered in ${Math.round(performance.now() - since)} ms`;
}
