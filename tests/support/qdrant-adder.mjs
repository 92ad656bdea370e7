// A process to be killed: adds posters to a Qdrant and tells every one that was accepted. Runs from dist/, since
// Node.js 20 knows no TypeScript.
// usage: node qdrant-adder.mjs DATA_DIR QDRANT_URL FIRST
import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import { readConfig } from "../../dist/config.js";
import { openQdrant } from "../../dist/wire-qdrant.js";

const [dataDir, url, first] = process.argv.slice(2);
const config = readConfig({ OPFIND_DATA_DIR: dataDir, OPFIND_INDEX: "qdrant", QDRANT_URL: url });
const { store, versions } = await openQdrant({ config, signal: new AbortController().signal });
// Synchronous: a line that was written is a poster that was accepted, whatever comes next.
const tell = (line) => writeSync(1, `${line}\n`);
tell("ready");

for (let number = Number(first); ; number++) {
  const bytes = Buffer.from(`picture ${number}`);
  const title = { romaji: `Title ${number}`, english: null, native: null };
  await store.add({
    anime: { anilistId: number, malId: null, title },
    franchiseId: null,
    image: { bytes, extension: "jpg" },
    sha256: createHash("sha256").update(bytes).digest("hex"),
    source: "confirmation",
    addedBy: null,
    modelId: "model-a",
    embeddings: ["full", "centre"].map((view, i) => ({ view, embedding: unit(number * 2 + i) })),
  });
  tell(`accepted ${number}`);
  // Some kills shall come amid building a version.
  if (number % 7 === 0) await versions.build(() => {}, new AbortController().signal);
}

function unit(seed) {
  const values = Float32Array.from({ length: 16 }, (_, i) => Math.sin(seed * 16 + i + 1));
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
}
