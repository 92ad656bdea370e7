import { type DocumentNode, Kind, visit } from "graphql";
import type { Catalogue, CatalogueAnime, CatalogueRelation } from "./catalogue.ts";
import type { RecordedRequest, Reply } from "./double-server.ts";
import { complexityOf, execute, isAnonymous, isRejected, readRequest, readSchema } from "./graphql-rules.ts";

/** What people keep on their lists: user name → status → AniList ids. A name with null has a private list. */
export type AnimeLists = Readonly<Record<string, Readonly<Record<string, readonly number[]>> | null>>;

export interface AnilistDouble {
  readonly catalogue: Catalogue;
  readonly lists?: AnimeLists;
  /** where the cover of an anime is; null for one that has none */
  readonly coverUrl?: (anilistId: number) => string | null;
}

/** AniList over a catalogue, with the rules that its documentation and its users report. */
export function anilistReplies(double: AnilistDouble): (request: RecordedRequest) => Reply {
  const schema = readSchema("anilist");
  const root = rootOf(double);
  return (request) => {
    if (request.method !== "POST") return refuse(405, "Method Not Allowed");
    if (isAnonymous(request)) return { status: 403, headers: { "content-type": "text/html" }, body: "<h1>403</h1>" };
    const asked = readRequest(request, schema);
    if (isRejected(asked)) return refuse(400, asked.join(" "));
    if (Object.values(asked.variables).includes(null)) return refuse(500, "Internal Server Error");
    const complexity = complexityOf(asked.document);
    if (complexity > 500) return refuse(400, `Max query complexity should be 500 but got ${complexity}.`);
    const rule = brokenPageRule(asked.document, asked.variables);
    if (rule) return refuse(400, rule);
    const reply = execute(schema, asked, root);
    const missing = missingIn(reply);
    return missing ? { ...reply, status: 404, body: { ...NOT_FOUND, data: { [missing]: null } } } : reply;
  };
}

function refuse(status: number, message: string): Reply {
  return { status, body: { data: null, errors: [{ message, status, locations: [{ line: 1, column: 1 }] }] } };
}

const NOT_FOUND = { errors: [{ message: "Not Found.", status: 404 }] };

function missingIn({ body }: Reply): string | undefined {
  return /^\{"data":\{"(Media|MediaListCollection)":null\}\}$/.exec(JSON.stringify(body))?.[1];
}

/** At most 50 per page, and one data field in it. */
function brokenPageRule(document: DocumentNode, variables: Readonly<Record<string, unknown>>): string | null {
  const broken: string[] = [];
  visit(document, {
    Field(field) {
      if (field.name.value !== "Page") return;
      const size = field.arguments?.find(({ name }) => name.value === "perPage")?.value;
      const perPage =
        size?.kind === Kind.VARIABLE
          ? Number(variables[size.name.value])
          : Number(size?.kind === Kind.INT ? size.value : 50);
      if (perPage > 50) broken.push("perPage must be at most 50.");
      const data = (field.selectionSet?.selections ?? []).filter(
        (one) => one.kind !== Kind.FIELD || one.name.value !== "pageInfo",
      );
      if (data.length > 1) broken.push("A Page has one data field.");
    },
  });
  return broken[0] ?? null;
}

function rootOf({ catalogue, lists = {}, coverUrl = exampleCover }: AnilistDouble) {
  const all = [...catalogue.values()];
  const toMedia = (anime: CatalogueAnime) => mediaOf(anime, coverUrl(anime.anilistId));
  return {
    Media: ({ id, idMal }: { id?: number; idMal?: number }) => {
      const anime = all.find(({ anilistId, malId }) => anilistId === id || (idMal !== undefined && malId === idMal));
      return anime ? toMedia(anime) : null;
    },
    MediaListCollection: (asked: ListArguments) => collectionOf(lists[asked.userName], asked),
    Page: ({ perPage = 50 }: { perPage?: number }) => ({
      media: ({ id_in, search }: { id_in?: number[]; search?: string }) => {
        const found =
          search === undefined ? (id_in ?? []).flatMap((id) => catalogue.get(id) ?? []) : matches(all, search);
        return found.slice(0, perPage).map(toMedia);
      },
    }),
  };
}

/** Titles that contain the words, shortest first. */
function matches(all: readonly CatalogueAnime[], search: string): readonly CatalogueAnime[] {
  const wanted = search.toLowerCase();
  const length = ({ title }: CatalogueAnime) => title.romaji.length;
  return all
    .filter(({ title, synonyms }) =>
      [title.romaji, title.english, title.native, ...synonyms].some((name) => name?.toLowerCase().includes(wanted)),
    )
    .sort((a, b) => length(a) - length(b) || a.anilistId - b.anilistId);
}

interface ListArguments {
  readonly userName: string;
  readonly status_in?: readonly string[];
  readonly chunk?: number;
  readonly perChunk?: number;
}

/** Chunks cut through the groups, as the real ones do. */
function collectionOf(list: AnimeLists[string] | undefined, { status_in, chunk = 1, perChunk = 500 }: ListArguments) {
  if (!list) return null;
  const entries = Object.entries(list)
    .filter(([status]) => !status_in || status_in.includes(status))
    .flatMap(([status, ids]) => ids.map((mediaId) => ({ mediaId, status })));
  const size = Math.min(perChunk, 500);
  const page = entries.slice((chunk - 1) * size, chunk * size);
  const lists = Object.keys(list).map((status) => ({ status, entries: page.filter((one) => one.status === status) }));
  return { lists: lists.filter((group) => group.entries.length > 0), hasNextChunk: entries.length > chunk * size };
}

function exampleCover(anilistId: number): string {
  return `https://covers.example.org/large/${anilistId}.jpg`;
}

function mediaOf(anime: CatalogueAnime, coverUrl: string | null) {
  const { anilistId, malId, relations, title, ...card } = anime;
  return {
    ...card,
    id: anilistId,
    idMal: malId,
    type: "ANIME",
    isAdult: anime.isAdult ?? false,
    siteUrl: `https://anilist.co/anime/${anilistId}`,
    title,
    coverImage: { extraLarge: coverUrl, large: null, medium: null },
    relations: { edges: relations.map(toEdge) },
  };
}

function toEdge({ kind, anilistId, type }: CatalogueRelation) {
  return { relationType: kind, node: { id: anilistId, type } };
}
