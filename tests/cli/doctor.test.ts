import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dataParts } from "../../src/cli/doctor/data-parts.ts";
import { type Check, check, type Finding } from "../../src/cli/doctor/finding.ts";
import { nativeParts } from "../../src/cli/doctor/native-parts.ts";
import { networkParts, qdrantParts, redisParts } from "../../src/cli/doctor/network-parts.ts";
import { readConfig } from "../../src/config.ts";
import { OpfindError } from "../../src/errors.ts";
import { openLog } from "../../src/log.ts";
import { storeWith } from "../support/index-deps.ts";
import { posterOf } from "../support/posters.ts";
import { runDouble } from "../support/qdrant.ts";

const log = openLog({ level: "silent", isPretty: false });
const never = new AbortController().signal;
const allOf = (checks: readonly Check[]) => Promise.all(checks.map((look) => look(never)));
const byPart = (findings: readonly Finding[]) => Object.fromEntries(findings.map((finding) => [finding.part, finding]));

describe("a look at a part", () => {
  const look = (answer: () => Promise<string>) =>
    check({ part: "x", onTrouble: "warning", remedy: "do it", look: answer });

  test("that succeeds needs no remedy", async () => {
    expect(await look(async () => "fine")(never)).toEqual({ part: "x", state: "ok", says: "fine", remedy: null });
  });

  test("that fails becomes a finding with its remedy, on one line", async () => {
    const finding = await look(() => Promise.reject(new OpfindError("store-broken", "It is broken.\nDetails.")))(never);
    expect(finding).toEqual({ part: "x", state: "warning", says: "It is broken.", remedy: "do it" });
  });

  test("that is aborted says nothing about the part", async () => {
    const stopped = AbortSignal.abort(new OpfindError("aborted", "Stopped."));
    await expect(look(() => Promise.reject(new Error("fetch failed")))(stopped)).rejects.toThrow("Stopped.");
  });
});

describe("the native parts", () => {
  test("work where the tests run; usearch and FAISS may be missing", async () => {
    const { FAISS, usearch, ...others } = byPart(await allOf(nativeParts()));
    expect(Object.keys(others)).toEqual(["Node.js", "sharp", "SQLite", "ONNX Runtime"]);
    expect(Object.values(others).map(({ state }) => state)).toEqual(["ok", "ok", "ok", "ok"]);
    for (const part of [FAISS, usearch]) expect(part?.state).toMatch(/^(ok|warning)$/);
  });
});

describe("the parts on disk", () => {
  test("a gallery that only another network has seen is a warning, not a full gallery", async () => {
    const { store, dataDir } = await storeWith(2);
    const config = readConfig({ OPFIND_DATA_DIR: dataDir });
    const unseen = async () => byPart(await allOf(dataParts(config, log)))["gallery"];
    expect(await unseen()).toMatchObject({ state: "warning", says: expect.stringContaining("any of 2 posters") });
    await store.add(posterOf(3));
    expect(await unseen()).toMatchObject({ state: "warning", says: expect.stringContaining("1 of 3 posters") });
  });

  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "opfind-doctor-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("an empty gallery without starter pack is a warning that says how to fill it", async () => {
    const config = readConfig({ OPFIND_DATA_DIR: folder, OPFIND_STARTER: "off" });
    const { gallery, model, device } = byPart(await allOf(dataParts(config, log)));
    expect(gallery).toMatchObject({ state: "warning", says: "there are no posters yet" });
    expect(gallery?.remedy).toContain("posters import");
    expect([model?.state, device?.state]).toEqual(["ok", "ok"]);
  });

  test("an unknown model fails and names the known ones", async () => {
    const config = readConfig({ OPFIND_DATA_DIR: folder, OPFIND_MODEL: "none" });
    const { model } = byPart(await allOf(dataParts(config, log)));
    expect(model).toMatchObject({ state: "failed", says: expect.stringContaining("opfind-v1") });
  });

  test("a data folder below a file fails", async () => {
    writeFileSync(join(folder, "file"), "");
    const config = readConfig({ OPFIND_DATA_DIR: join(folder, "file", "data") });
    expect(byPart(await allOf(dataParts(config, log)))["data folder"]?.state).toBe("failed");
  });
});

describe("the services", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function serve(answer: RequestListener): Promise<string> {
    const opened = createServer(answer);
    server = opened;
    await new Promise<void>((resolve) => opened.listen(0, "127.0.0.1", resolve));
    const address = opened.address();
    if (address === null || typeof address === "string") throw new TypeError("no port");
    return `http://127.0.0.1:${address.port}`;
  }

  async function ask(answer: RequestListener, more: Readonly<Record<string, string>> = {}) {
    const url = await serve(answer);
    const upstreams = { ANILIST_URL: url, ANIMETHEMES_URL: url, TENRAI_URL: `${url}/v1`, MAL_URL: `${url}/v2` };
    return await allOf(networkParts(readConfig({ ...upstreams, ...more })));
  }

  test("that answer are reachable, with the time it took", async () => {
    const findings = await ask((_request, response) => response.end("{}"));
    expect(findings.map(({ part, state }) => `${part} ${state}`)).toEqual([
      "AniList ok",
      "AnimeThemes ok",
      "Tenrai ok",
    ]);
    expect(findings[0]?.says).toMatch(/^127\.0\.0\.1:\d+ answered in \d+ ms$/);
  });

  test("are asked the way they want: POST for GraphQL, an own User-Agent, the client id only for MyAnimeList", async () => {
    const asked: string[] = [];
    await ask(
      ({ method, url, headers }, response) => {
        asked.push(
          `${method} ${url} ${headers["x-mal-client-id"] ?? "-"} ${/^opfind\//.test(headers["user-agent"] ?? "")}`,
        );
        response.end("{}");
      },
      { MAL_CLIENT_ID: "my-id" },
    );
    expect(asked.sort()).toEqual([
      "GET /v1/anime/1/themes - true",
      "GET /v2/anime/1?fields=id my-id true",
      "POST / - true",
      "POST / - true",
    ]);
  });

  test.each([
    [502, "AniList is down: it answered with status 502."],
    [403, "AniList refused the request: it answered with status 403."],
  ])("that answer with status %i are a warning that says so", async (status, says) => {
    const [anilist] = await ask((_request, response) => response.writeHead(status).end("no"));
    expect(anilist).toMatchObject({ part: "AniList", state: "warning", says });
  });

  test("Redis is looked at only where it is configured, and an absent one is a warning", async () => {
    expect(redisParts(readConfig({}))).toEqual([]);
    const [redis] = await allOf(redisParts(readConfig({ REDIS_URL: "redis://127.0.0.1:1" })));
    expect(redis).toMatchObject({ part: "Redis", state: "warning" });
  });
});

describe("Qdrant", () => {
  test("is looked at only where it is configured, and tells its version", async () => {
    expect(qdrantParts(readConfig({}))).toEqual([]);
    const { url } = await runDouble({ apiKey: "right" });
    const asked = (key: string) =>
      allOf(qdrantParts(readConfig({ QDRANT_URL: url, QDRANT_API_KEY: key, OPFIND_INDEX: "qdrant" })));
    expect(await asked("right")).toMatchObject([{ state: "ok", says: expect.stringContaining("version 1.18.0") }]);
    const [refused] = await asked("wrong");
    expect(refused).toMatchObject({ state: "failed", remedy: expect.stringContaining("QDRANT_API_KEY") });
    expect(JSON.stringify(refused)).not.toContain("wrong");
  });
});
