import type { Catalogue, CatalogueAnime } from "./catalogue.ts";
import type { RecordedRequest, Reply } from "./double-server.ts";
import { complexityOf, depthOf, execute, isAnonymous, isRejected, readRequest, readSchema } from "./graphql-rules.ts";

/** AnimeThemes over a catalogue. Its errors come with HTTP 200; anime without songs are not catalogued. */
export function animethemesReplies(catalogue: Catalogue): (request: RecordedRequest) => Reply {
  const schema = readSchema("animethemes");
  const all = [...catalogue.values()].filter(({ openings, endings }) => openings.length + endings.length > 0);
  const bySite = {
    ANILIST: new Map(all.filter(({ isOnlyByMal }) => !isOnlyByMal).map((anime) => [anime.anilistId, anime])),
    MAL: new Map(all.flatMap((anime) => (anime.malId === null ? [] : [[anime.malId, anime] as const]))),
  };
  const root = {
    findAnimeByExternalSite: ({ site, id = [] }: { site: "ANILIST" | "MAL"; id?: number[] }) =>
      id.flatMap((one) => bySite[site].get(one) ?? []).map(toAnime),
  };
  return (request) => {
    if (isAnonymous(request)) return { status: 403, headers: { "content-type": "text/html" }, body: "" };
    if (request.method !== "POST") return refuse("The GET method is not supported.");
    if (!request.headers["content-type"]?.includes("application/json")) return { status: 422, body: CONTENT_TYPE };
    const asked = readRequest(request, schema);
    if (isRejected(asked)) return refuse(asked.join(" "));
    const [depth, complexity] = [depthOf(asked.document), complexityOf(asked.document)];
    if (depth > 13) return refuse(`Max query depth should be 13 but got ${depth}.`);
    if (complexity > 10_000) return refuse(`Max query complexity should be 10000 but got ${complexity}.`);
    const tooMany = Object.values(asked.variables).some((value) => Array.isArray(value) && value.length > 100);
    if (tooMany) return refuse("The id field must not have more than 100 items.");
    return execute(schema, asked, root);
  };
}

const CONTENT_TYPE = { message: "Content-Type: application/json header is required." };

function refuse(message: string): Reply {
  return { status: 200, body: { errors: [{ message }] } };
}

function toAnime(anime: CatalogueAnime) {
  const { anilistId, malId, isOnlyByMal } = anime;
  const resources = [
    ...(isOnlyByMal ? [] : [{ site: "ANILIST", externalId: anilistId }]),
    ...(malId === null ? [] : [{ site: "MAL", externalId: malId }]),
  ];
  return {
    id: anilistId,
    resources: ({ site }: { site?: string }) => ({ nodes: resources.filter((one) => !site || one.site === site) }),
    animethemes: [...toThemes(anime, "OP"), ...toThemes(anime, "ED")],
  };
}

function toThemes({ anilistId, openings, endings, nsfw = [] }: CatalogueAnime, type: "OP" | "ED") {
  const texts = type === "OP" ? openings : endings;
  return texts.map((text, at) => {
    const sequence = texts.length > 1 ? at + 1 : null;
    const slug = `${type}${at + 1}`;
    return {
      id: anilistId * 1000 + at,
      type,
      sequence,
      slug,
      ...toSong(text),
      animethemeentries: [{ ...toEntry(text, `${anilistId}-${slug}`), nsfw: nsfw.includes(text) }],
    };
  });
}

/** A plain reading of `#1: "Title (native)" by Artist (eps 1-3)`: the double's data, not a parser under test. */
function toSong(text: string) {
  const match = /"(.*)"(?: by (.*?))?(?: \((?:eps?|episodes?) [^)]*\))?$/.exec(text);
  const title = /^(.*?)(?: \(([^)]*)\))?$/.exec(match?.[1] ?? text);
  const artist = match?.[2];
  return {
    group: null,
    song: {
      title: { romaji: title?.[1] || null, native: title?.[2] ?? null },
      performances: artist ? [{ alias: null, as: null, artist: { id: 1, name: { main: artist, native: null } } }] : [],
    },
  };
}

function toEntry(text: string, name: string) {
  const video = { link: `https://v.example.org/${name}.webm`, resolution: 1080, nc: true, overlap: "NONE" };
  return {
    version: 1,
    episodes: /\((?:eps?|episodes?) ([^)]*)\)$/.exec(text)?.[1] ?? null,
    notes: null,
    spoiler: false,
    videos: { nodes: [{ ...video, audio: { link: `https://a.example.org/${name}.ogg` } }] },
  };
}
