import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyOf, openServer, type TestServer } from "../support/http-server.ts";
import { type ApiDocument, openapiCheck, readDocument } from "../support/openapi-check.ts";

let server: TestServer;
let document: ApiDocument;
beforeAll(async () => {
  server = await openServer();
  document = await readDocument(server.app);
});
afterAll(() => server.app.close());

const RUNS = Number(process.env["OPFIND_TEST_FUZZ"] ?? 400);
/** What no route documents because no route was reached, or the HTTP parser itself refused. */
const BEFORE_ROUTES = new Set([404, 405, 414, 431]);

const image = fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes).toString("base64"));
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 1e308, Number.MAX_SAFE_INTEGER, 2 ** 31));
const odd: fc.Arbitrary<unknown> = fc.oneof(
  { depthSize: "small" },
  number,
  fc.string({ maxLength: 200, unit: "binary" }),
  fc.constantFrom(null, true, [], {}, "x".repeat(100_000), [[[[[[[[[[]]]]]]]]]], { __proto__: 1, constructor: {} }),
  fc.jsonValue({ maxDepth: 6 }),
);
const deep = fc.integer({ min: 1, max: 20_000 }).map((n) => `${"[".repeat(n)}${"]".repeat(n)}`);
const fields = [
  "image",
  "imageUrl",
  "limit",
  "threshold",
  "filters",
  "perAnime",
  "songs",
  "anilistId",
  "anilistIds",
  "title",
  "full",
  "pictures",
  "images",
  "sameFranchise",
];

/** Half of the time a value that fits, so that the fuzz gets behind the first check. */
const fitting: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  image,
  imageUrl: fc.webUrl(),
  limit: fc.integer({ min: 1, max: 100 }),
  threshold: fc.double({ min: -1, max: 1, noNaN: true }),
  anilistId: fc.integer({ min: 1, max: 500 }),
  anilistIds: fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 }),
  pictures: fc.array(fc.record({ image }), { maxLength: 3 }),
  full: fc.boolean(),
};
const object = fc
  .subarray(fields)
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, fc.oneof(fitting[name] ?? odd, odd)]))));
const body: fc.Arbitrary<string | Buffer> = fc.oneof(
  object.map((value) => JSON.stringify(value) ?? ""),
  fc.json({ maxDepth: 8 }),
  deep,
  fc.uint8Array({ maxLength: 5_000 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom("", "{", '{"image":', '{"__proto__":{}}', '{"limit":1,"limit":2}', "\u0000", "x".repeat(300_000)),
  formBody(),
);
const contentType = fc.constantFrom(
  "application/json",
  "application/json; charset=utf-16",
  "multipart/form-data; boundary=b",
  "multipart/form-data",
  "text/plain",
  "application/x-www-form-urlencoded",
  "application/octet-stream",
  "image/png",
  "nonsense",
  "",
);
const idText = fc.oneof(
  fc.integer({ min: 0, max: 500 }).map(String),
  fc.constantFrom(
    "-1",
    "0",
    "1e3",
    "0x10",
    "99999999999999999999",
    "%00",
    "%ff",
    "..",
    "%2e%2e%2f",
    "a".repeat(300),
    "１",
  ),
  fc.string({ minLength: 1, maxLength: 30 }).map(encodeURIComponent),
);
const query = fc.dictionary(
  fc.constantFrom("limit", "threshold", "metric", "sameFranchise", "perAnime", "x"),
  fc.oneof(
    fc.string({ maxLength: 30, unit: "binary" }),
    fc.constantFrom("10", "0.5", "cosine", "true", "NaN", "1e400"),
  ),
);

/** Parts of a form, well and badly formed. */
function formBody(): fc.Arbitrary<Buffer> {
  const part = fc.record({
    name: fc.oneof(fc.constantFrom(...fields), fc.string({ maxLength: 20 })),
    isFile: fc.boolean(),
    value: fc.oneof(fc.uint8Array({ maxLength: 500 }), fc.constantFrom("1", "true", "{}", "[1]").map(Buffer.from)),
  });
  const end = fc.constantFrom("--b--\r\n", "--b", "");
  return fc
    .tuple(fc.array(part, { maxLength: 30 }), end)
    .map(([parts, tail]) =>
      Buffer.concat([
        ...parts.flatMap(({ name, isFile, value }) => [
          Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"${isFile ? '; filename="a"' : ""}\r\n\r\n`),
          Buffer.from(value),
          Buffer.from("\r\n"),
        ]),
        Buffer.from(tail),
      ]),
    );
}

test("whatever is sent, no route fails of itself, and every answer is a documented one", async () => {
  const check = openapiCheck(document);
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
  );
  const request = fc.record({ route: fc.constantFrom(...routes), id: idText, query, body, contentType });
  await fc.assert(
    fc.asyncProperty(
      request,
      async ({ route: { path, method }, id, query: asked, body: payload, contentType: type }) => {
        const url = `${path.replace(/\{\w+\}/, id)}?${new URLSearchParams(asked)}`;
        const verb = method === "POST" || method === "DELETE" ? method : "GET";
        const headers = { ...keyOf("admin"), "content-type": type };
        const answer = await server.app.inject({ method: verb, url, headers, ...(verb === "GET" ? {} : { payload }) });
        expect([answer.statusCode, server.bugs], `${verb} ${url}`).not.toEqual([500, expect.anything()]);
        expect(server.bugs).toEqual([]);
        expect(answer.statusCode).toBeLessThan(500);
        if (!BEFORE_ROUTES.has(answer.statusCode)) expect(check(method, path, answer)).toBeNull();
        expect(String(answer.headers["content-type"])).toMatch(/^application\/(problem\+)?json/);
      },
    ),
    { numRuns: RUNS },
  );
});

test.each(["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"] as const)(
  "%s of an address that does not know it is a 405 with what it knows",
  async (method) => {
    const url = method === "GET" || method === "HEAD" ? "/api/v1/identify" : "/api/v1/songs/1";
    const answer = await server.app.inject({ method, url, headers: keyOf("admin") });
    expect([answer.statusCode, answer.headers["allow"]]).toEqual([
      405,
      url === "/api/v1/identify" ? "POST" : "GET, HEAD",
    ]);
  },
);
