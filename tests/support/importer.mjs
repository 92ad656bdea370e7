// A process to be killed: imports a folder with a fake network, tells every accepted poster, then builds the index
// again and again. Runs from dist/, since Node.js 20 knows no TypeScript.
// usage: node importer.mjs DATA_DIR FOLDER KIND once|forever
import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { buildIndex } from "../../dist/index/build-index.js";
import { FaissIndex } from "../../dist/index/faiss-index.js";
import { openPosterStore } from "../../dist/index/poster-store.js";
import { importPosters } from "../../dist/pipeline/import.js";

const [dataDir, dir, kind, times] = process.argv.slice(2);
const { signal } = new AbortController();
const clock = { now: Date.now, elapsedMs: () => performance.now() };
const DIMENSION = 64;

/** Synchronous: a line that was written is a poster that was accepted, whatever comes next. */
const tell = (line) => writeSync(1, `${line}\n`);

function embeddingOf(seed) {
  const bytes = createHash("sha512").update(seed).digest();
  const values = Float32Array.from(bytes, (byte) => byte - 127.5);
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
}

try {
  const store = openPosterStore({ dataDir, clock });
  tell("ready");
  const deps = {
    store: {
      has: (...args) => store.has(...args),
      async add(poster) {
        const outcome = await store.add(poster);
        tell(`accepted ${poster.sha256} ${poster.anime.anilistId}`);
        return outcome;
      },
    },
    embedder: {
      modelId: "model-a",
      embed: async (images) => images.map(({ data }, i) => embeddingOf(Buffer.concat([data, Buffer.of(i % 3)]))),
    },
    read: (path) => readFile(path),
    decode: async (data) => ({ data, width: data.length, height: 1 }),
    galleryViews: (image) => ["full", "centre", "top"].map((name) => ({ name, image })),
    anilistIdOf: () => null,
    franchiseIdOf: async () => null,
    resolveTitle: async () => {
      throw new Error("every row has an id");
    },
    onProgress: () => {},
  };
  const { added, duplicates } = await importPosters({ dir }, deps, signal);
  tell(`imported ${added} ${duplicates}`);
  const log = { info: () => {}, warn: () => {} };
  do {
    const index = await buildIndex(
      { store, modelId: "model-a", dimension: DIMENSION, dataDir, log, clock },
      kind,
      signal,
    );
    tell(`built ${index instanceof FaissIndex ? index.childPid : 0}`);
    await index.close();
  } while (times === "forever");
  store.close();
} catch (error) {
  tell(`failed ${error.code ?? error.stack}`);
  process.exit(1);
}
