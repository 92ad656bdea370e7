import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { form, keyOf, openServer, type TestServer } from "../support/http-server.ts";
import { type ApiDocument, openapiCheck, readDocument } from "../support/openapi-check.ts";
import { KNOWN, UNKNOWN } from "../support/resident-double.ts";

const picture = Uint8Array.of(1, 2, 3);
const image = Buffer.from(picture).toString("base64");
const json = (payload: object) => ({
  payload: JSON.stringify(payload),
  headers: { "content-type": "application/json" },
});

interface Case {
  readonly method: "GET" | "POST" | "DELETE";
  /** as the document writes it */
  readonly path: string;
  readonly url?: string;
  readonly body?: { readonly payload: string | Buffer; readonly headers: Readonly<Record<string, string>> };
  readonly status: number;
  readonly says?: object;
}

const url = (path: string, id: number) => path.replace(/\{\w+\}/, String(id));
const byId = (path: string, id: number) => ({ path, url: url(path, id) });

const CASES: readonly Case[] = [
  { method: "GET", path: "/", status: 200, says: { name: "opfind", version: "1.2.3" } },
  { method: "GET", path: "/health", status: 200, says: { status: "live" } },
  { method: "GET", path: "/ready", status: 200, says: { status: "ready" } },
  { method: "POST", path: "/api/v1/identify", body: form({ image: picture }), status: 200, says: { verdict: "match" } },
  {
    method: "POST",
    path: "/api/v1/identify",
    body: json({ image, songs: false }),
    status: 200,
    says: { songs: null, songsTrouble: null, timings: { embed: 21.46 } },
  },
  { method: "POST", path: "/api/v1/identify", body: json({}), status: 400, says: { code: "request-invalid" } },
  {
    method: "POST",
    path: "/api/v1/identify",
    body: json({ imageUrl: "https://evil.test/1.png" }),
    status: 422,
    says: { code: "url-forbidden" },
  },
  { method: "POST", path: "/api/v1/identify/batch", body: form({ images: [picture, picture] }), status: 200 },
  {
    method: "POST",
    path: "/api/v1/identify/batch",
    body: json({ pictures: [{ id: "mine", image }, { imageUrl: "https://evil.test/" }], songs: true }),
    status: 200,
    says: {
      answers: [
        { id: "mine", trouble: null },
        { id: "1", identification: null, trouble: { code: "url-forbidden" } },
      ],
    },
  },
  { method: "POST", path: "/api/v1/tierlist", body: form({ image: picture }), status: 200, says: { unread: 0 } },
  {
    method: "POST",
    path: "/api/v1/search/image",
    body: form({ image: picture, limit: "3", threshold: "0.5", filters: '{"notAnilistIds":[1]}', perAnime: "false" }),
    status: 200,
    says: { hits: [{ posterId: 8, anilistId: 21, title: "One Piece", franchiseId: null, score: 0.71 }] },
  },
  {
    method: "POST",
    path: "/api/v1/search/image",
    body: json({ image: `data:image/png;base64,${image}`, filters: { franchiseIds: [1] } }),
    status: 200,
  },
  { method: "POST", path: "/api/v1/search/image", body: json({ image, limit: 0 }), status: 400 },
  { method: "GET", ...byId("/api/v1/songs/{anilistId}", KNOWN), status: 200, says: { isCut: false } },
  { method: "GET", ...byId("/api/v1/songs/{anilistId}", UNKNOWN), status: 404, says: { code: "anime-unknown" } },
  { method: "GET", ...byId("/api/v1/search/by-id/{anilistId}", KNOWN), status: 200, says: { anilistId: KNOWN } },
  {
    method: "GET",
    ...byId("/api/v1/search/by-id/{anilistId}", UNKNOWN),
    status: 404,
    says: { code: "not-in-gallery" },
  },
  {
    method: "GET",
    ...byId("/api/v1/similarity/visual/{anilistId}", KNOWN),
    status: 200,
    says: { similar: [{ anilistId: 21, because: { posterId: 7, similarPosterId: 8 } }] },
  },
  { method: "GET", ...byId("/api/v1/similarity/visual/{anilistId}", UNKNOWN), status: 404 },
  ...["cosine", "dot", "euclidean"].map(
    (metric): Case => ({
      method: "GET",
      path: "/api/v1/similarity/vector/{posterId}",
      url: `/api/v1/similarity/vector/7?metric=${metric}`,
      status: 200,
      says: { metric, neighbours: [{ value: metric === "euclidean" ? Math.sqrt(2 - 2 * 0.71) : 0.71 }] },
    }),
  ),
  {
    method: "GET",
    ...byId("/api/v1/similarity/vector/{posterId}", UNKNOWN),
    status: 404,
    says: { code: "poster-unknown" },
  },
  {
    method: "POST",
    path: "/api/v1/similarity/batch",
    body: json({ anilistIds: [KNOWN, UNKNOWN, KNOWN] }),
    status: 200,
    says: { answers: [{ anilistId: KNOWN }], notInGallery: [UNKNOWN] },
  },
  { method: "GET", path: "/api/v1/admin/stats", status: 200, says: { gallery: { posters: 1, embeddings: 5 } } },
  { method: "GET", path: "/api/v1/admin/health", status: 200, says: { isReady: true } },
  { method: "GET", path: "/api/v1/admin/collection/info", status: 200, says: { metric: "cosine", dimension: 512 } },
  {
    method: "POST",
    path: "/api/v1/admin/vectors/upsert",
    body: form({ image: picture, anilistId: String(KNOWN) }),
    status: 201,
    says: { posterId: 9, anilistId: KNOWN, outcome: "added" },
  },
  {
    method: "POST",
    path: "/api/v1/admin/vectors/upsert",
    body: json({ image, anilistId: UNKNOWN }),
    status: 404,
    says: { code: "anime-unknown" },
  },
  { method: "DELETE", ...byId("/api/v1/admin/vectors/{anilistId}", KNOWN), status: 200, says: { removed: 1 } },
  { method: "DELETE", ...byId("/api/v1/admin/vectors/{anilistId}", UNKNOWN), status: 404 },
  { method: "GET", ...byId("/api/v1/admin/reindex/{jobId}", 1), status: 404, says: { code: "job-unknown" } },
  {
    method: "POST",
    path: "/api/v1/admin/reindex",
    body: json({ full: true }),
    status: 202,
    says: { state: "running" },
  },
  { method: "POST", path: "/api/v1/admin/reindex", body: json({}), status: 409, says: { code: "reindex-running" } },
  { method: "GET", ...byId("/api/v1/admin/reindex/{jobId}", 1), status: 200, says: { done: 3, total: 10 } },
  { method: "DELETE", ...byId("/api/v1/admin/reindex/{jobId}", 1), status: 200, says: { state: "cancelled" } },
  { method: "POST", path: "/api/v1/admin/backup", status: 201, says: { kind: "base" } },
];

describe("every endpoint answers as the OpenAPI document says", () => {
  let server: TestServer;
  let document: ApiDocument;
  beforeAll(async () => {
    server = await openServer();
    document = await readDocument(server.app);
  });
  afterAll(() => server.app.close());

  // One server for all, in this order: a re-index is begun, looked at and cancelled.
  test.each(CASES)("$method $path with $status", async ({ method, path, url: asked = path, body, status, says }) => {
    const headers = { ...keyOf("admin"), ...body?.headers };
    const answer = await server.app.inject({ method, url: asked, headers, ...(body ? { payload: body.payload } : {}) });
    expect(answer.statusCode, answer.body.slice(0, 500)).toBe(status);
    expect(openapiCheck(document)(method, path, answer)).toBeNull();
    if (says) expect(JSON.parse(answer.body)).toMatchObject(says);
    expect(server.bugs).toEqual([]);
  });

  test("and none is left out here", () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const asked = CASES.filter(({ status }) => status < 300).map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(asked)].sort()).toEqual(documented.sort());
  });

  test("a re-index says where its job is", async () => {
    const answer = await server.app.inject({
      method: "POST",
      url: "/api/v1/admin/reindex",
      headers: keyOf("admin"),
      payload: {},
    });
    expect(answer.headers["location"]).toBe("/api/v1/admin/reindex/1");
  });
});
