// `npm run bench:load`: opfind serve under load, in one run on one machine, the load from the same machine.
// --json prints one object; --seconds N for each scenario; --soak MINUTES adds a soak; --pictures DIR asks about pictures of yours.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import sharp from "sharp";
import { examplePictures, picturesOf } from "./pictures.mjs";
import { machine } from "./process.mjs";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    seconds: { type: "string", default: "10" },
    soak: { type: "string", default: "0" },
    pictures: { type: "string" },
  },
});
const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const POSTERS = fileURLToPath(new URL("../examples/posters", import.meta.url));
/** An anime of examples/posters. */
const ANIME = 9000101;
const duration = Number(values.seconds);
const say = (text) => process.stderr.write(`${text}\n`);

const dataDir = await mkdtemp(join(tmpdir(), "opfind-load-"));
const env = {
  ...process.env,
  OPFIND_DATA_DIR: dataDir,
  OPFIND_OFFLINE: "1",
  // The starter pack is the gallery that a person starts with; the examples are what is asked about by id.
  OPFIND_STARTER: "on",
  OPFIND_HTTP_PORT: "0",
  OPFIND_RATE_PER_ADDRESS: "0",
};
try {
  await once(spawn(process.execPath, [MAIN, "posters", "import", POSTERS], { env, stdio: "ignore" }), "close");
  const results = await benchAll(await startService());
  if (values.json) console.log(JSON.stringify(results));
  else console.table(results.scenarios);
  if (!values.json) console.log(results.machine, results.memory);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function startService() {
  const child = spawn(process.execPath, [MAIN, "serve", "--json"], { env, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return { child, url: JSON.parse(line).url };
}

async function benchAll({ child, url }) {
  const fresh = await freshPictures(400);
  const [known] = fresh;
  const image = (pictures) => ({ method: "POST", path: "/api/v1/search/image", pictures });
  const identify = (pictures) => ({ method: "POST", path: "/api/v1/identify", pictures });
  const get = (path) => ({ method: "GET", path });
  const plan = [
    ...[1, 10, 20, 100].map((connections) => ["image search, every picture another one", connections, image(fresh)]),
    ...[1, 20, 100].map((connections) => ["identify, every picture another one", connections, identify(fresh)]),
    ["image search, the same picture", 100, image([known])],
    ["visual similarity, every anime another one", 100, get("/api/v1/similarity/visual/[anime]?limit=[limit]")],
    ["visual similarity, the same anime", 100, get(`/api/v1/similarity/visual/${ANIME}`)],
    ...[1, 20, 100].map((connections) => ["by id", connections, get(`/api/v1/search/by-id/${ANIME}`)]),
  ];
  const anime = await animeIds();
  const scenarios = [];
  const memory = {};
  await cannon({ url, connections: 4, seconds: 3 }, image([known]), anime); // warmed up
  for (const [name, connections, request] of plan) {
    say(`${name}, ${connections} at once …`);
    const result = await cannon({ url, connections, seconds: duration }, request, anime);
    scenarios.push({ scenario: name, connections, ...result, memoryMb: await residentMb(child.pid) });
  }
  memory.afterScenariosMb = await residentMb(child.pid);
  if (Number(values.soak) > 0) memory.soak = await soak({ child, url }, { image: image(fresh), anime });
  child.kill("SIGTERM");
  await once(child, "close");
  return {
    machine: machine(),
    loadBefore: loadavg()
      .map((one) => one.toFixed(2))
      .join(" "),
    scenarios,
    memory,
  };
}

/** Memory by the minute under a steady load of pictures that are always new. */
async function soak({ child, url }, { image, anime }) {
  const minutes = [];
  for (let minute = 1; minute <= Number(values.soak); minute++) {
    const { errors, refused } = await cannon({ url, connections: 10, seconds: 60 }, image, anime);
    minutes.push({ minute, megabytes: await residentMb(child.pid), errors, refused });
    say(JSON.stringify(minutes.at(-1)));
  }
  return minutes;
}

async function cannon({ url, connections, seconds }, { method, path, pictures }, anime) {
  let next = 0;
  let salt = 0;
  const setupRequest = (request) => {
    salt++;
    const asked = path.replace("[anime]", anime[next % anime.length]).replace("[limit]", String(1 + (salt % 50)));
    next++;
    if (!pictures) return { ...request, path: asked };
    // A byte behind the picture makes it another one to every cache, and the same one to a decoder.
    const picture =
      pictures.length > 1 ? Buffer.concat([pictures[next % pictures.length], Buffer.from(String(salt))]) : pictures[0];
    return { ...request, path: asked, ...formOf(picture) };
  };
  const instance = autocannon({
    url,
    connections,
    duration: seconds,
    timeout: 90,
    requests: [{ method, path, setupRequest }],
  });
  const times = [];
  let refused = 0;
  let wrong = 0;
  instance.on("response", (_, status, __, ms) => {
    if (status === 200) times.push(ms);
    else if (status === 429 || status === 503) refused++;
    else wrong++;
  });
  const result = await instance;
  times.sort((one, other) => one - other);
  const at = (share) => Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10;
  const perSecond = Math.round(times.length / result.duration);
  return { perSecond, p50: at(0.5), p95: at(0.95), p99: at(0.99), refused, errors: wrong + result.errors };
}

function formOf(picture) {
  const boundary = "opfind-load";
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), picture, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { headers: { "content-type": `multipart/form-data; boundary=${boundary}` }, body };
}

/** Posters as people send them: of a phone's size, another crop each. */
async function freshPictures(count) {
  const sources = values.pictures ? await picturesOf(values.pictures, 60) : await examplePictures();
  return await Promise.all(
    Array.from({ length: Math.min(count, sources.length * 4) }, (_, i) =>
      sharp(sources[i % sources.length])
        .rotate(0.1 * i)
        .resize(460)
        .jpeg({ quality: 85 })
        .toBuffer(),
    ),
  );
}

async function animeIds() {
  const child = spawn(process.execPath, [MAIN, "posters", "list", "--json"], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ids = [];
  for await (const line of createInterface({ input: child.stdout })) ids.push(JSON.parse(line).anilistId);
  return [...new Set(ids)];
}

async function residentMb(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
