import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLES, type Role } from "../../src/domain/api-key.ts";
import { keyOf, openServer, openTestServer, roleKeys, type TestServer } from "../support/http-server.ts";
import { readDocument } from "../support/openapi-check.ts";

/** What the routes promise; the test below finds every route there is and holds them to it. */
const ADMIN_ROUTES: Readonly<Record<string, Role>> = {
  "GET /api/v1/admin/stats": "admin",
  "GET /api/v1/admin/health": "admin",
  "GET /api/v1/admin/collection/info": "admin",
  "POST /api/v1/admin/vectors/upsert": "write",
  "DELETE /api/v1/admin/vectors/{anilistId}": "write",
  "POST /api/v1/admin/reindex": "admin",
  "GET /api/v1/admin/reindex/{jobId}": "admin",
  "DELETE /api/v1/admin/reindex/{jobId}": "admin",
  "POST /api/v1/admin/backup": "admin",
};
const OPEN = ["GET /", "GET /health", "GET /ready"];

describe("every route", () => {
  let server: TestServer;
  let routes: readonly string[] = [];
  beforeAll(async () => {
    server = await openServer();
    const { paths } = await readDocument(server.app);
    routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((m) => `${m.toUpperCase()} ${path}`),
    );
  });
  afterAll(() => server.app.close());

  const ask = async (route: string, headers: Readonly<Record<string, string>> = {}) => {
    const [method, path = ""] = route.split(" ");
    const verb = method === "POST" || method === "DELETE" ? method : "GET";
    return await server.app.inject({ method: verb, url: path.replace(/\{\w+\}/, "1"), headers });
  };

  test("below admin has a role written down here, and there are such routes", () => {
    const admin = routes.filter((route) => route.includes("/admin/"));
    expect(admin.length).toBeGreaterThan(5);
    expect(admin.sort()).toEqual(Object.keys(ADMIN_ROUTES).sort());
  });

  test("refuses whoever has no key, is told a wrong one, or has too weak a one; and lets the right one in", async () => {
    for (const route of routes.filter((one) => !OPEN.includes(one))) {
      const needed = ADMIN_ROUTES[route] ?? "read";
      const anonymous = await ask(route);
      expect([route, anonymous.statusCode, anonymous.headers["www-authenticate"]]).toEqual([route, 401, "Bearer"]);
      expect([route, (await ask(route, { authorization: "Bearer wrong" })).statusCode]).toEqual([route, 401]);
      expect([route, (await ask(route, { authorization: "Basic a2V5" })).statusCode]).toEqual([route, 401]);
      for (const role of ROLES) {
        const { statusCode } = await ask(route, keyOf(role));
        const isEnough = ROLES.indexOf(role) >= ROLES.indexOf(needed);
        expect([route, role, statusCode === 403]).toEqual([route, role, !isEnough]);
        expect(statusCode).not.toBe(401);
      }
    }
  });

  test("takes a key in X-API-Key as well", async () => {
    const { statusCode } = await ask("GET /api/v1/admin/stats", { "x-api-key": "key-of-admin" });
    expect(statusCode).toBe(200);
  });

  test("that is not in the document asks for a key as well, unless it is the documentation or the page", async () => {
    expect((await ask("GET /metrics")).statusCode).toBe(401);
    expect((await ask("GET /metrics", keyOf("read"))).statusCode).toBe(200);
    expect((await ask("GET /openapi.json")).statusCode).toBe(200);
    expect((await ask("GET /docs/")).statusCode).toBe(200);
    expect((await ask("GET /docs/static/swagger-ui-bundle.js")).statusCode).toBe(200);
  });
});

describe("without a key", () => {
  const read = { method: "GET", url: "/api/v1/search/by-id/1" } as const;
  const none = { ...roleKeys, isAnyInForce: false };

  test("everybody reads where the operator opened it, and nobody writes", async () => {
    const { app } = await openTestServer({ openness: "open" });
    expect((await app.inject(read)).statusCode).toBe(200);
    expect((await app.inject({ method: "DELETE", url: "/api/v1/admin/vectors/1" })).statusCode).toBe(401);
  });

  test("this machine reads as long as no key was made", async () => {
    const { app } = await openTestServer({ openness: "this-machine", keys: none });
    expect((await app.inject({ ...read, headers: { host: "localhost:8080" } })).statusCode).toBe(200);
    const { app: keyed } = await openTestServer({ openness: "this-machine" });
    expect((await keyed.inject({ ...read, headers: { host: "localhost:8080" } })).statusCode).toBe(401);
  });

  test.each([
    ["comes from elsewhere", { remoteAddress: "192.0.2.7" }, {}],
    ["comes through a proxy", {}, { "x-forwarded-for": "192.0.2.7" }],
    ["comes through a proxy that says so in the standard way", {}, { forwarded: "for=192.0.2.7" }],
    ["asks under a name that only a rebound DNS gives this machine", {}, { host: "evil.test:8080" }],
  ])("nobody else does who %s", async (_, from, headers) => {
    const { app } = await openTestServer({ openness: "this-machine", keys: none });
    const answer = await app.inject({ ...read, ...from, headers: { host: "localhost:8080", ...headers } });
    expect(answer.statusCode).toBe(401);
  });

  test("metrics are shown where the operator opened them", async () => {
    const { app } = await openTestServer({ settings: { metricsRole: "anyone" } });
    expect((await app.inject("/metrics")).statusCode).toBe(200);
  });
});
