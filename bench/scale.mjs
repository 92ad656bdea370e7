// `npm run bench:scale`: what grows how when the gallery grows. Random unit vectors, one poster per view set.
// --sizes 10000,100000 embeddings; --kinds exact,faiss-flat,faiss-hnsw; --posters N for the store; one JSON object per line.
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { FaissIndex } from "../dist/index/faiss-index.js";
import { FlatIndex } from "../dist/index/flat-index.js";
import { openVectorIndex } from "../dist/index/open-index.js";
import { openPosterStore } from "../dist/index/poster-store.js";
import { median, round, timed } from "./measure.mjs";
import { clusteredPosters, unit, VIEWS } from "./synthetic.mjs";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "10000,100000" },
    kinds: { type: "string", default: "exact,faiss-flat,faiss-hnsw" },
    posters: { type: "string", default: "10000" },
    dimension: { type: "string", default: "256" },
  },
});
const DIMENSION = Number(values.dimension);
/** The first view of a query is one vector; a query that is not clear asks with five. */
const QUERIES = [1, 5];
const K = 160;
const ROUNDS = 30;
const { signal } = new AbortController();

for (const kind of values.kinds.split(",").filter(Boolean)) {
  for (const size of values.sizes.split(",").map(Number)) console.log(JSON.stringify(await measureIndex(kind, size)));
}
if (Number(values.posters) > 0) console.log(JSON.stringify(await measureStore(Number(values.posters))));

async function measureIndex(kind, size) {
  const before = process.memoryUsage.rss();
  const index = kind === "exact" ? new FlatIndex(DIMENSION) : await FaissIndex.open({ dimension: DIMENSION, kind });
  const [, buildMs] = await timed(async () => {
    for (let from = 0; from < size; from += 10_000)
      await index.add(rowsFrom(from, Math.min(10_000, size - from)), signal);
  });
  const bytes = kind === "exact" ? process.memoryUsage.rss() - before : await rssOf(index.childPid);
  const p50Ms = {};
  for (const count of QUERIES) p50Ms[count] = round(await searchMs(index, count));
  await index.close();
  return { kind, size, p50Ms, buildS: round(buildMs / 1000, 1), bytesPerEmbedding: Math.round(bytes / size) };
}

async function searchMs(index, count) {
  const times = [];
  for (let i = 0; i < ROUNDS; i++) {
    const queries = Array.from({ length: count }, () => unit(DIMENSION));
    times.push((await timed(() => index.search(queries, K, signal)))[1]);
  }
  return median(times);
}

/** What a poster takes on the disk, and how long a process needs to have the index open. */
async function measureStore(posters) {
  const dataDir = await mkdtemp(join(tmpdir(), "opfind-scale-"));
  try {
    const clock = { now: Date.now, elapsedMs: () => performance.now() };
    const store = openPosterStore({ dataDir, clock });
    const [, seedMs] = await timed(async () =>
      store.seed(clusteredPosters({ count: posters, dimension: DIMENSION, modelId: "m" })),
    );
    const log = { info: () => {}, warn: () => {} };
    const deps = { store, modelId: "m", dimension: DIMENSION, dataDir, preference: "auto", log, clock };
    const open = () => timed(() => openVectorIndex(deps, signal));
    const [index, buildMs] = await open();
    await index.close();
    const [again, openMs] = await open();
    const { kind } = again;
    await again.close();
    const ids = Array.from({ length: K }, (_, i) => i * Math.floor(posters / K) + 1);
    const [, labelsMs] = await timed(() => store.labels(ids, signal));
    store.close();
    const { size } = await stat(join(dataDir, "embeddings", "posters.sqlite"));
    const perPoster = Math.round(size / posters);
    const figures = { seedS: seedMs / 1000, buildS: buildMs / 1000, openS: openMs / 1000, labelsMs };
    const rounded = Object.entries(figures).map(([name, value]) => [name, round(value)]);
    return { kind, posters, embeddings: posters * VIEWS, bytesPerPoster: perPoster, ...Object.fromEntries(rounded) };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function rowsFrom(from, count) {
  return Array.from({ length: count }, (_, i) => ({
    embeddingId: from + i + 1,
    posterId: Math.floor((from + i) / VIEWS) + 1,
    view: `view ${(from + i) % VIEWS}`,
    embedding: unit(DIMENSION),
  }));
}

/** Linux only; the child that FAISS lives in. */
async function rssOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}
