import { type DocumentNode, Kind, visit } from "graphql";
import type { Catalogue, CatalogueAnime, CatalogueRelation } from "./catalogue.ts";
import type { RecordedRequest, Reply } from "./double-server.ts";
import { complexityOf, execute, isAnonymous, isRejected, readRequest, readSchema } from "./graphql-rules.ts";

/** AniList over a catalogue, with the rules that its documentation and its users report. */
export function anilistReplies(catalogue: Catalogue): (request: RecordedRequest) => Reply {
  const schema = readSchema("anilist");
  const root = rootOf(catalogue);
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
    return isMissingMedia(reply) ? { ...reply, status: 404, body: NOT_FOUND } : reply;
  };
}

function refuse(status: number, message: string): Reply {
  return { status, body: { data: null, errors: [{ message, status, locations: [{ line: 1, column: 1 }] }] } };
}

const NOT_FOUND = { errors: [{ message: "Not Found.", status: 404 }], data: { Media: null } };

function isMissingMedia({ body }: Reply): boolean {
  return JSON.stringify(body) === '{"data":{"Media":null}}';
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

function rootOf(catalogue: Catalogue) {
  const all = [...catalogue.values()];
  return {
    Media: ({ id, idMal }: { id?: number; idMal?: number }) => {
      const anime = all.find(({ anilistId, malId }) => anilistId === id || (idMal !== undefined && malId === idMal));
      return anime ? toMedia(anime) : null;
    },
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

function toMedia(anime: CatalogueAnime) {
  const { anilistId, malId, relations, title, ...card } = anime;
  return {
    ...card,
    id: anilistId,
    idMal: malId,
    type: "ANIME",
    isAdult: false,
    siteUrl: `https://anilist.co/anime/${anilistId}`,
    title,
    coverImage: { extraLarge: `https://covers.example.org/large/${anilistId}.jpg`, large: null, medium: null },
    relations: { edges: relations.map(toEdge) },
  };
}

function toEdge({ kind, anilistId, type }: CatalogueRelation) {
  return { relationType: kind, node: { id: anilistId, type } };
}
