// `npm run bench:memory -- --posters 20000`: memory of whole processes with a gallery of that size. Linux only.
// --indexes auto,exact,faiss; --keep DIR keeps the store for the next run; one JSON object per line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { readConfig } from "../dist/config.js";
import { openPosterStore } from "../dist/index/poster-store.js";
import { modelIdOf } from "../dist/pipeline/model-id.js";
import { modelInUse } from "../dist/wire-model.js";
import { median, round } from "./measure.mjs";
import { examplePictures } from "./pictures.mjs";
import { clusteredPosters, VIEWS } from "./synthetic.mjs";

const { values } = parseArgs({
  options: {
    posters: { type: "string", default: "20000" },
    indexes: { type: "string", default: "auto,exact" },
    keep: { type: "string" },
  },
});
const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const EXAMPLES = fileURLToPath(new URL("../examples/posters", import.meta.url));
const LOOK_EVERY_MS = 20;
/** of a service that was told to end: 128 + SIGTERM */
const STOPPED = 143;
const KB_PER_MB = 1024;
const posters = Number(values.posters);
const say = (text) => process.stderr.write(`${text}\n`);

const dataDir = values.keep ?? (await mkdtemp(join(tmpdir(), "opfind-memory-")));
try {
  await fill();
  const files = await pictureFiles();
  for (const index of values.indexes.split(",")) await measure(index, files);
} finally {
  if (!values.keep) await rm(dataDir, { recursive: true, force: true });
}

function start(args, index) {
  const env = { ...process.env, OPFIND_DATA_DIR: dataDir, OPFIND_STARTER: "off", OPFIND_OFFLINE: "1" };
  Object.assign(env, { OPFIND_INDEX: index, OPFIND_HTTP_PORT: "0", OPFIND_RATE_PER_ADDRESS: "0" });
  return spawn(process.execPath, [MAIN, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
}

async function fill() {
  const clock = { now: Date.now, elapsedMs: () => performance.now() };
  const store = openPosterStore({ dataDir, clock });
  if ((await store.count()) === 0) {
    say(`writing ${posters} posters …`);
    const entry = await modelInUse(readConfig({ OPFIND_DATA_DIR: dataDir }));
    store.seed(clusteredPosters({ count: posters, dimension: entry.dimension, modelId: modelIdOf(entry) }));
  }
  store.close();
  const child = start(["posters", "import", EXAMPLES, "--json"], "exact");
  child.stdout.resume();
  await once(child, "close");
}

/** As sent, and with the network in doubt, so that points are compared: two parts of a poster in a frame. */
async function pictureFiles() {
  const folder = join(dataDir, "asked");
  await mkdir(folder, { recursive: true });
  const names = { clear: [], doubtful: [] };
  for (const [number, bytes] of (await examplePictures()).entries()) {
    names.clear.push(join(folder, `${number}.jpg`));
    await writeFile(names.clear.at(-1), bytes);
    names.doubtful.push(join(folder, `${number}-part.jpg`));
    const part = sharp(bytes).extract({ left: 120, top: 250, width: 330, height: 360 }).flop().resize(150);
    await writeFile(names.doubtful.at(-1), await part.jpeg({ quality: 40 }).toBuffer());
  }
  return names;
}

async function measure(index, { clear, doubtful }) {
  say(`OPFIND_INDEX=${index}: building …`);
  const build = await watched(start(["index", "build", "--json"], index), { read: lines });
  const told = { posters, embeddings: posters * VIEWS, index, kind: build.result.at(-1)?.kind };
  tell({ ...told, process: "index build" }, build);
  for (const [asked, files] of Object.entries({ clear, "in doubt": [...clear, ...doubtful] })) {
    const child = start(["identify", "--no-songs", "--json", ...files], index);
    const run = await watched(child, { read: lines });
    tell({ ...told, process: "identify", asked, ...figuresOf(run.result) }, run);
  }
  const child = start(["serve", "--json"], index);
  const run = await watched(child, { read: () => served(child, [...clear, ...doubtful]) });
  tell({ ...told, process: "serve", asked: "in doubt", ...figuresOf(run.result.answers) }, run);
}

function tell(facts, { most, last }) {
  console.log(JSON.stringify({ ...facts, mostMB: most, lastMB: last }));
}

function figuresOf(answers) {
  const search = answers.map(({ timings }) => timings.search).filter((ms) => ms !== undefined);
  const compared = answers.filter(({ timings }) => timings.verify > 5).length;
  return {
    pictures: answers.length,
    matches: answers.filter(({ verdict }) => verdict === "match").length,
    compared,
    searchP50Ms: round(median(search)),
  };
}

async function lines(child) {
  const all = [];
  for await (const line of createInterface({ input: child.stdout })) all.push(JSON.parse(line));
  return all;
}

async function served(child, files) {
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const { url } = JSON.parse(line);
  const answers = [];
  for (const file of files) {
    const form = new FormData();
    form.set("image", new Blob([await readFile(file)]), "a.jpg");
    const response = await fetch(`${url}/api/v1/identify`, { method: "POST", body: form });
    if (!response.ok) throw new Error(await response.text());
    answers.push(await response.json());
  }
  await pause(1_000);
  child.kill("SIGTERM");
  return { answers };
}

/** Looks at a process and its children until it ends. @returns what `read` gives, and megabytes */
async function watched(child, { read }) {
  const ended = once(child, "close");
  let isOver = false;
  ended.then(() => {
    isOver = true;
  });
  const result = read(child);
  let most = { total: 0 };
  let last = most;
  while (!isOver) {
    const now = await memoryOf(child.pid);
    if (now?.own) last = now;
    if (now && now.total > most.total) most = now;
    await pause(LOOK_EVERY_MS);
  }
  const [code] = await ended;
  if (code !== 0 && code !== STOPPED) throw new Error(`it ended with ${code}`);
  return { result: await result, most, last };
}

/** Resident memory of a process; of its children what they do not share (Pss). Megabytes; null when it has ended. */
async function memoryOf(pid) {
  try {
    const own = (await kilobytes(`/proc/${pid}/status`, "VmRSS")) / KB_PER_MB;
    let children = 0;
    for (const child of await childrenOf(pid))
      children += (await kilobytes(`/proc/${child}/smaps_rollup`, "Pss")) / KB_PER_MB;
    return { own: Math.round(own), children: Math.round(children), total: Math.round(own + children) };
  } catch {
    return null;
  }
}

async function childrenOf(pid) {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8")));
  return lists.flatMap((list) => list.split(" ").filter(Boolean));
}

async function kilobytes(file, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(await readFile(file, "utf8"))?.[1] ?? 0);
}
