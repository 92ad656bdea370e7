import { execFile } from "node:child_process";
import { copyFileSync, existsSync, utimesSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { indexVerb } from "../../src/cli/index-verb.ts";
import { migrateVerb } from "../../src/cli/migrate.ts";
import { postersVerb } from "../../src/cli/posters.ts";
import type { VerbContext } from "../../src/cli/verb.ts";
import { readConfig } from "../../src/config.ts";
import { PosterFiles } from "../../src/index/poster-files.ts";
import { openLog } from "../../src/log.ts";
import { openArtwork } from "../../src/pipeline/artwork.ts";
import { identify } from "../../src/pipeline/identify.ts";
import { openGallery } from "../../src/wire.ts";
import { openQdrant } from "../../src/wire-qdrant.ts";
import { openLocalStore, openStore } from "../../src/wire-shelf.ts";
import { clock, openCovers } from "../../src/wire-sources.ts";
import { posterOf } from "../support/posters.ts";
import { runDouble } from "../support/qdrant.ts";
import { hasRedis, startRedis } from "../support/redis.ts";
import { tempDir } from "../support/temp-dir.ts";
import { toldOutput } from "../support/told-output.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../examples/posters");
const MAIN = resolve(import.meta.dirname, "../../dist/main.js");
const PICTURES = ["iron-lullaby-1.webp", "paper-comet-1.webp", "velvet-static-1.webp"];

/** opfind on a Qdrant, as another machine with the same folder of pictures would be. */
function machineOn(url: string, { dataDir = tempDir(), index = "qdrant" } = {}) {
  const told = toldOutput();
  const env = { OPFIND_DATA_DIR: dataDir, OPFIND_OFFLINE: "1", OPFIND_INDEX: index, QDRANT_URL: url };
  const context: VerbContext = {
    config: readConfig(env),
    log: openLog({ level: "silent", isPretty: false }),
    output: told.output,
    signal: new AbortController().signal,
  };
  const modelOf = async () => ({ modelId: "model-a", dimension: 16 });
  const openRecogniser = () => Promise.reject(new RangeError("no picture has to be shown to a network"));
  const verbs = {
    posters: () => postersVerb(context, { openGallery, openStore, openCovers }),
    index: () => indexVerb(context, { openLocalStore, openQdrant, modelOf, openRecogniser, clock }),
    migrate: () => migrateVerb(context, { openLocalStore, openQdrant }),
  } satisfies Record<string, () => Command>;
  const opfind = async (verb: keyof typeof verbs, ...words: string[]) => {
    for (const list of [told.answers, told.lines, told.notes]) list.length = 0;
    await verbs[verb]().exitOverride().parseAsync(words, { from: "user" });
    return told.answers[0];
  };
  return { ...told, context, opfind, dataDir };
}

describe("opfind on Qdrant", () => {
  test("imports on one machine what another one names, with the shipped network", async () => {
    const { url } = await runDouble();
    const one = machineOn(url);
    const covers = tempDir();
    for (const name of PICTURES) copyFileSync(join(EXAMPLES, name), join(covers, name));
    const rows = PICTURES.map((file, i) => ({ file, title: file, anilistId: i + 1 }));
    const manifest = join(covers, "manifest.json");
    writeFileSync(manifest, JSON.stringify(rows));
    expect(await one.opfind("posters", "import", covers, "--json")).toMatchObject({ added: 3, failed: [] });
    expect(await one.opfind("posters", "import", covers, "--json")).toMatchObject({ added: 0, duplicates: 3 });

    const two = machineOn(url, { dataDir: one.dataDir });
    const gallery = await openGallery(two.context);
    expect(gallery.index.kind).toBe("qdrant");
    const { embedder, calibration, store } = gallery;
    const artwork = openArtwork(store, { modelId: embedder.modelId, threshold: calibration.sameArtwork });
    const bytes = await readFile(join(EXAMPLES, PICTURES[1] ?? ""));
    const { verdict } = await identify(bytes, { ...gallery, artwork }, two.context.signal);
    expect(verdict.candidates[0]).toMatchObject({ anilistId: 2, score: expect.closeTo(1, 2) });
    await gallery.rebuildIndex(() => {}, two.context.signal);
    const again = await identify(bytes, { ...gallery, artwork }, two.context.signal);
    expect(again.verdict.candidates[0]).toMatchObject({ anilistId: 2 });
    await gallery.close();
  });

  test("takes a gallery over, looks at it, makes versions of it, and gives it back", async () => {
    const { url } = await runDouble();
    const embedded = machineOn(url, { index: "exact" });
    const store = await openLocalStore(embedded.context);
    for (const number of [1, 2, 3]) await store.add(posterOf(number));
    store.close();
    expect(await embedded.opfind("migrate", "--to", "qdrant", "--json")).toMatchObject({ carried: 3, different: 0 });

    const { opfind, lines, dataDir } = machineOn(url, { dataDir: embedded.dataDir });
    expect(await opfind("index", "status", "--json")).toMatchObject({
      kind: "qdrant",
      rows: 6,
      posters: 3,
      version: 1,
    });
    expect(await opfind("index", "build", "--json")).toMatchObject({ version: 2, versions: [1, 2], rows: 6 });
    expect(await opfind("index", "verify", "--json")).toMatchObject({ isSound: true, posters: 3, embeddings: 6 });
    expect(await opfind("index", "rollback", "--json")).toEqual({ version: "1" });
    expect(await opfind("index", "rollback", "--latest", "--json")).toEqual({ version: "2" });
    await opfind("index", "versions");
    expect(lines).toEqual(["* 2", "  1"]);
    await expect(opfind("index", "rollback", "../x")).rejects.toMatchObject({ code: "usage" });
    const folder = join(dataDir, "backup");
    expect(await opfind("index", "snapshot", folder, "--json")).toMatchObject({ sha256: expect.any(String) });
    expect(existsSync(join(folder, "opfind-v2-1.snapshot"))).toBe(true);
    await opfind("posters", "list");
    expect(lines).toHaveLength(3);

    const home = machineOn(url, { index: "auto" });
    // The pictures are in the folder that is shared: here, the former one.
    await expect(home.opfind("migrate", "--to", "embedded")).rejects.toMatchObject({ code: "file-missing" });
    expect(await embedded.opfind("migrate", "--to", "embedded", "--json")).toMatchObject({ carried: 0, different: 0 });
    await expect(embedded.opfind("index", "snapshot", folder)).rejects.toMatchObject({ code: "usage" });
  });

  test("brings pictures home that have lain there for long, and takes none for leftovers", async () => {
    const { url } = await runDouble();
    const { context, dataDir } = machineOn(url);
    const remote = await openStore(context);
    for (const number of [1, 2, 3]) await remote.add(posterOf(number));
    const pictures = new PosterFiles(join(dataDir, "poster_db"));
    // Not yet a poster, or one of another collection on the same folder.
    await pictures.write(pictures.nameOf(posterOf(4).sha256, "jpg"), Buffer.from("picture 4"));
    const names = await pictures.list();
    for (const name of names) utimesSync(join(dataDir, "poster_db", name), new Date(0), new Date(0));
    const home = machineOn(url, { dataDir, index: "auto" });
    expect(await home.opfind("migrate", "--to", "embedded", "--json")).toMatchObject({ carried: 3, different: 0 });
    expect((await pictures.list()).toSorted()).toEqual(names.toSorted());
    remote.close();
  });

  test("says what is missing without an address, and what is down with one", async () => {
    const { context } = machineOn("http://127.0.0.1:1");
    await expect(openQdrant(context)).rejects.toMatchObject({ code: "index-down" });
    const config = readConfig({ OPFIND_INDEX: "qdrant", OPFIND_DATA_DIR: tempDir() });
    await expect(openStore({ ...context, config })).rejects.toMatchObject({ code: "config-invalid" });
  });

  test("leaves nothing open: a process answers, and ends by itself", async () => {
    const { url } = await runDouble();
    const redis = hasRedis ? await startRedis() : undefined;
    const env = {
      ...process.env,
      OPFIND_DATA_DIR: tempDir(),
      OPFIND_INDEX: "qdrant",
      QDRANT_URL: url,
      REDIS_URL: redis?.url,
      ANILIST_URL: "http://127.0.0.1:1",
    };
    const words = [MAIN, "identify", join(EXAMPLES, PICTURES[0] ?? ""), "--json", "--no-songs"];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, words, { env, timeout: 25_000 });
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "unknown", code: "index-empty" });
    expect(stderr).toContain("opfind migrate --to qdrant");
    expect(stderr).not.toContain("Redis is away");
  });
});
