// `npm run bench`: what opfind costs on top of the libraries it stands on, in one run on one machine.
// --json prints one object; --pictures DIR times posters of yours, which `opfind posters import` can read; --sizes 10000,100000 and --rounds N as they say.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pipelineOf } from "../dist/cli/demo/gallery.js";
import { openOutput } from "../dist/cli/output.js";
import { runImport } from "../dist/cli/posters-import.js";
import { readConfig } from "../dist/config.js";
import { openLog } from "../dist/log.js";
import { locateModel, modelFolders } from "../dist/models/local-model.js";
import { openGallery } from "../dist/wire.js";
import { modelInUse } from "../dist/wire-model.js";
import { openBare } from "./bare.mjs";
import { benchBulk } from "./bulk.mjs";
import { benchIdentify } from "./identify.mjs";
import { examplePictures, picturesOf } from "./pictures.mjs";
import { benchStart, machine, memory } from "./process.mjs";
import { benchSearch } from "./search.mjs";

process.env.ORT_DISABLE_TELEMETRY = "1"; // as src/main.ts does, before the first session

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    pictures: { type: "string" },
    sizes: { type: "string", default: "10000,100000" },
    rounds: { type: "string", default: "4" },
  },
});
const rounds = Number(values.rounds);
/** As many of a larger folder are asked about; all of it is the gallery. */
const ASKED = 60;
const say = (text) => process.stderr.write(`${text}\n`);

const dataDir = await mkdtemp(join(tmpdir(), "opfind-bench-"));
try {
  const results = await benchAll();
  if (values.json) console.log(JSON.stringify(results));
  else for (const [name, figures] of Object.entries(results)) print(name, figures);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function benchAll() {
  const context = openContext();
  const pictures = values.pictures ? await picturesOf(values.pictures, ASKED) : await examplePictures();
  const dir = values.pictures ?? fileURLToPath(new URL("../examples/posters", import.meta.url));
  await runImport(context, { dir, isJson: false, openGallery });
  const gallery = await openGallery(context);
  const bare = await openBareModel(context);
  const common = { pictures, pipeline: pipelineOf(gallery), bare, rounds };
  say("identify …");
  const identify = await benchIdentify(common);
  say("bulk embedding …");
  const bulkEmbedding = await benchBulk(common);
  const afterwards = memory();
  const { dimension } = gallery.embedder;
  await gallery.close();
  await bare.close();
  say("start-up …");
  const picture = join(dataDir, "picture.jpg");
  await writeFile(picture, pictures[0]);
  const startUp = benchStart({ picture, dataDir });
  say("search …");
  const sizes = values.sizes.split(",").map(Number).filter(Boolean);
  const search = await benchSearch({ dimension, sizes });
  return { machine: machine(), identify, bulkEmbedding, startUp, memory: afterwards, search };
}

function openContext() {
  const config = readConfig({ ...process.env, OPFIND_DATA_DIR: dataDir, OPFIND_STARTER: "off", OPFIND_OFFLINE: "1" });
  const log = openLog({ level: "error", isPretty: false });
  const output = openOutput({ stdout: process.stderr, stderr: process.stderr, elapsedMs: () => performance.now() });
  return { config, log, output, signal: new AbortController().signal };
}

async function openBareModel({ config, signal }) {
  const entry = await modelInUse(config);
  const { network } = await locateModel(entry, modelFolders(config), signal);
  return await openBare({ network, input: entry.input, output: entry.output, threads: config.env.OPFIND_THREADS });
}

function print(name, figures) {
  console.log(`\n${name}`);
  if (Array.isArray(figures)) return console.table(figures);
  const { stagesP50Ms, ...others } = figures;
  console.table([others]);
  if (stagesP50Ms) console.table([stagesP50Ms]);
}
