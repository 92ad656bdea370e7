import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { indexVerb } from "../../src/cli/index-verb.ts";
import { openOutput } from "../../src/cli/output.ts";
import { runProgram } from "../../src/cli/run-program.ts";
import type { VerbContext } from "../../src/cli/verb.ts";
import { readConfig } from "../../src/config.ts";
import { openLog } from "../../src/log.ts";
import { openGallery, openRecogniser } from "../../src/wire.ts";
import { openQdrant } from "../../src/wire-qdrant.ts";
import { modelOf, openLocalStore } from "../../src/wire-shelf.ts";
import { clock } from "../../src/wire-sources.ts";
import { posterOf, sha256 } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";
import { tinyNetwork } from "../support/tiny-network.ts";

const POSTERS = resolve(import.meta.dirname, "../../examples/posters");
const FILES = readdirSync(POSTERS)
  .filter((name) => name.endsWith(".webp"))
  .slice(0, 6);

/** An installation whose shipped network and another one are both tiny, and real. */
async function installation() {
  const home = tempDir();
  const models = join(home, "models");
  const shipped = await tinyNetwork(models, { id: "opfind-v1", dimension: 16 });
  const other = await tinyNetwork(models, { id: "other", dimension: 24, width: 16, height: 16 });
  writeFileSync(join(models, "manifest.json"), JSON.stringify({ version: 1, models: [shipped.entry, other.entry] }));
  const root = resolve(POSTERS, "../..");
  for (const part of ["package.json", "embeddings/starter"])
    cpSync(join(root, part), join(home, part), { recursive: true });
  const dataDir = join(home, "data");
  mkdirSync(dataDir);
  const context = (model?: string): VerbContext => {
    const config = { ...readConfig({ OPFIND_DATA_DIR: dataDir, OPFIND_OFFLINE: "1", OPFIND_MODEL: model }), home };
    const output = openOutput({ stdout: { write: () => {} }, stderr: process.stderr, elapsedMs: () => 0 });
    return { config, log: openLog({ level: "silent", isPretty: false }), output, signal: new AbortController().signal };
  };
  const run = async (model: string | undefined, ...argv: string[]) => {
    let stdout = "";
    const stderr = Object.assign(Object.create(process.stderr), { isTTY: false, write: () => true });
    const output = openOutput({ stdout: { write: (text) => (stdout += text) }, stderr, elapsedMs: () => 0 });
    const wire = { openLocalStore, openQdrant, modelOf, openRecogniser, clock };
    const verbs = { index: { summary: "index", load: async (own: VerbContext) => indexVerb(own, wire) } };
    const openContext = () => ({ ...context(model), output });
    const code = await runProgram({ argv: ["index", ...argv, "--json"], verbs, output, openContext, version: "1" });
    const lines: unknown[] =
      stdout.trim() === ""
        ? []
        : stdout
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line));
    return { code, lines };
  };
  return { context, run };
}

/** What the gallery in use finds for every picture, with which network. */
async function answers(context: VerbContext) {
  const { embedder, decode, index, close } = await openGallery(context);
  try {
    const images = await Promise.all(FILES.map((file) => decode(readFileSync(join(POSTERS, file)), context.signal)));
    const found = await index.search(await embedder.embed(images, context.signal), 3, context.signal);
    return { modelId: embedder.modelId, dimension: index.dimension, found };
  } finally {
    await close();
  }
}

async function fill(context: VerbContext): Promise<void> {
  const store = await openLocalStore(context);
  for (const [at, file] of FILES.entries()) {
    const bytes = readFileSync(join(POSTERS, file));
    const image = { bytes, extension: "webp" };
    await store.add(posterOf(at + 1, { image, sha256: sha256(bytes), modelId: "none", embeddings: [] }));
  }
  store.close();
}

test("after a change of the network, a rollback brings back the former one with its index, and its answers", async () => {
  const { context, run } = await installation();
  await fill(context());
  expect((await run("other", "build")).code).toBe(0);
  const before = await answers(context("other"));
  expect(before.dimension).toBe(24);
  // The network that ships becomes the one in use, as after an update.
  expect((await run(undefined, "build")).code).toBe(0);
  const after = await answers(context());
  expect(after.dimension).toBe(16);

  expect((await run(undefined, "rollback")).code).toBe(0);
  expect(await answers(context())).toEqual(before);
  expect((await run(undefined, "status")).lines).toMatchObject([
    { modelId: before.modelId, pinned: expect.any(String) },
  ]);
  expect((await run(undefined, "versions")).lines).toMatchObject([
    { modelId: after.modelId, isInUse: false, isPinned: false },
    { modelId: before.modelId, isInUse: true, isPinned: true },
  ]);
  // The opposite way, and again: a new build is made with the newest network and ends the rollback.
  expect((await run(undefined, "rollback", "--latest")).lines).toEqual([{ isLifted: true }]);
  expect(await answers(context())).toEqual(after);
  expect((await run(undefined, "rollback")).code).toBe(0);
  expect((await run(undefined, "build")).code).toBe(0);
  expect(await answers(context())).toEqual(after);
});

test("a network that the settings name is not rolled back behind their back", async () => {
  const { context, run } = await installation();
  await fill(context());
  await run("other", "build");
  await run(undefined, "build");
  expect(await run("opfind-v1", "rollback")).toMatchObject({ code: 1, lines: [{ code: "config-invalid" }] });
  expect((await answers(context())).dimension).toBe(16);
});
