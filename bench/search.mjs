import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FaissIndex } from "../dist/index/faiss-index.js";
import { FlatIndex } from "../dist/index/flat-index.js";
import { median, round, timed } from "./measure.mjs";
import { unit } from "./synthetic.mjs";

/** As many as identify asks for. */
const K = 160;
const QUERIES = 60;
const PYTHONS = ["/usr/bin/python3", "python3"];

/** One query at a time among random unit vectors, in every index there is, and in FAISS's Python module where it is. */
export async function benchSearch({ dimension, sizes }) {
  const results = [];
  for (const size of sizes) {
    const rows = Array.from({ length: size }, (_, i) => ({
      embeddingId: i + 1,
      posterId: i + 1,
      view: "full",
      embedding: unit(dimension),
    }));
    const ways = {
      exact: async () => new FlatIndex(dimension),
      "faiss-flat": () => FaissIndex.open({ dimension, kind: "faiss-flat" }),
      "faiss-hnsw": () => FaissIndex.open({ dimension, kind: "faiss-hnsw" }),
    };
    for (const [kind, open] of Object.entries(ways)) results.push(await measure({ kind, size, open, rows, dimension }));
    results.push(python({ size, dimension }));
  }
  return results;
}

async function measure({ kind, size, open, rows, dimension }) {
  const { signal } = new AbortController();
  let index;
  try {
    index = await open();
  } catch (error) {
    return { kind, size, missing: error.message };
  }
  const [, buildMs] = await timed(() => index.add(rows, signal));
  const times = [];
  let missed = 0;
  for (let i = 0; i < QUERIES; i++) {
    const query = unit(dimension);
    const [[found], ms] = await timed(() => index.search([query], K, signal));
    times.push(ms);
    if (i % 6 === 0) missed += missedOf(query, { found, rows });
  }
  await index.close();
  return { kind, size, p50Ms: round(median(times)), missed, buildMs: round(buildMs, 0) };
}

/** How many of the K nearest rows are not among those found; equal scores count as found. */
function missedOf(query, { found, rows }) {
  const scores = Float64Array.from(rows, ({ embedding }) =>
    embedding.reduce((sum, value, i) => sum + value * query[i], 0),
  );
  const least = scores.sort().at(-K) - 1e-6;
  return K - found.filter(({ score }) => score >= least).length;
}

function python({ size, dimension }) {
  const script = fileURLToPath(new URL("./faiss_search.py", import.meta.url));
  for (const command of PYTHONS) {
    const { status, stdout } = spawnSync(command, [script, size, dimension, K, QUERIES].map(String), {
      encoding: "utf8",
    });
    if (status === 0) return { kind: "FAISS from Python, flat", size, ...JSON.parse(stdout) };
  }
  return { kind: "FAISS from Python, flat", size, missing: "the module is not installed (Debian: python3-faiss)" };
}
