import type { Catalogue, CatalogueAnime } from "./catalogue.ts";
import type { RecordedRequest, Reply } from "./double-server.ts";
import { isAnonymous } from "./graphql-rules.ts";

const NOT_FOUND: Reply = {
  status: 404,
  body: { status: 404, type: "HttpException", message: "Not Found", error: null },
};
const FORBIDDEN: Reply = { status: 403, body: { error: "forbidden", message: "" } };

/** Tenrai, or a self-hosted Jikan v4: GET /anime/{malId}/themes. */
export function tenraiReplies(catalogue: Catalogue): (request: RecordedRequest) => Reply {
  const byMalId = indexByMalId(catalogue);
  return (request) => {
    if (isAnonymous(request)) return FORBIDDEN;
    const anime = byMalId.get(Number(/^\/v1\/anime\/(\d+)\/themes$/.exec(request.path)?.[1]));
    if (request.method !== "GET" || !anime) return NOT_FOUND;
    return { status: 200, body: { data: { openings: anime.openings, endings: anime.endings } } };
  };
}

/** MyAnimeList v2: GET /anime/{malId}?fields=opening_themes,ending_themes with a client id. Empty fields are left out. */
export function myanimelistReplies(catalogue: Catalogue): (request: RecordedRequest) => Reply {
  const byMalId = indexByMalId(catalogue);
  return (request) => {
    if (isAnonymous(request) || !request.headers["x-mal-client-id"]) return FORBIDDEN;
    const match = /^\/v2\/anime\/(\d+)\?fields=opening_themes,ending_themes$/.exec(request.path);
    const anime = byMalId.get(Number(match?.[1]));
    if (request.method !== "GET" || !anime) return NOT_FOUND;
    const fields = { opening_themes: anime.openings, ending_themes: anime.endings };
    const filled = Object.entries(fields).filter(([, texts]) => texts.length > 0);
    const themes = filled.map(([name, texts]) => [
      name,
      texts.map((text, id) => ({ id, anime_id: anime.malId, text })),
    ]);
    return { status: 200, body: { id: anime.malId, title: anime.title.romaji, ...Object.fromEntries(themes) } };
  };
}

function indexByMalId(catalogue: Catalogue): ReadonlyMap<number, CatalogueAnime> {
  return new Map(
    [...catalogue.values()].flatMap((anime) => (anime.malId === null ? [] : [[anime.malId, anime] as const])),
  );
}
