import { existsSync } from "node:fs";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../../config.ts";
import { readPin } from "../../index/pin.ts";
import { openPosterStore } from "../../index/poster-store.ts";
import type { Logger } from "../../log.ts";
import { modelIdOf } from "../../pipeline/model-id.ts";
import { modelBeside, modelInUse } from "../../wire-model.ts";
import { type Check, check } from "./finding.ts";
import { hashModel, runModel, secondModel } from "./model-parts.ts";

/** Below this an import of a few hundred posters could fill the disk. */
const LOW_DISK_BYTES = 500 * 1024 * 1024;
const MB = 1024 * 1024;

/** What lies on this machine's disk, and what the network makes of it. */
export function dataParts(config: Config, log: Logger): readonly Check[] {
  const modelRemedy = "`opfind models pull` fetches it again; a model that ships comes back with a fresh install.";
  return [
    check({ part: "data folder", onTrouble: "failed", remedy: DATA_REMEDY, look: () => writeOnce(config.dataDir) }),
    check({
      part: "model",
      onTrouble: "failed",
      remedy: modelRemedy,
      look: async (signal) => hashModel(await modelInUse(config), config, signal),
    }),
    check({
      part: "device",
      onTrouble: "failed",
      remedy: "Try OPFIND_DEVICE=cpu.",
      look: async (signal) => runModel(await modelInUse(config), { config, log }, signal),
    }),
    ...(config.env.OPFIND_MODEL_BESIDE === "off" ? [] : [secondModel(config, log)]),
    check({ part: "index", onTrouble: "warning", remedy: ROLLBACK_REMEDY, look: () => indexInUse(config) }),
    check({ part: "gallery", onTrouble: "warning", remedy: GALLERY_REMEDY, look: () => countPosters(config) }),
  ];
}

const DATA_REMEDY = "Make the folder writable and free some space, or name another one with OPFIND_DATA_DIR.";
const ROLLBACK_REMEDY =
  "`opfind index rollback --latest` lets the newest index answer again; `opfind index versions` shows them all.";
const GALLERY_REMEDY =
  "`opfind posters import DIR` fills it, OPFIND_STARTER=on loads the starter pack; `opfind index status` tells more.";

async function writeOnce(dataDir: string): Promise<string> {
  const folder = await mkdtemp(join(existingParent(dataDir), ".opfind-doctor-"));
  try {
    await writeFile(join(folder, "probe"), "opfind");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { bavail, bsize } = await statfs(existingParent(dataDir));
  const free = bavail * bsize;
  if (free < LOW_DISK_BYTES) throw new Error(`${dataDir} has only ${Math.round(free / MB)} MB left`);
  return `${dataDir}, ${(free / MB / 1024).toFixed(1)} GB free`;
}

/** The data folder is made at first use: until then its nearest parent decides. */
function existingParent(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existingParent(dirname(folder));
}

/** A rollback is meant to be noticed: it is told as a warning until it is lifted. */
async function indexInUse({ dataDir }: Config): Promise<string> {
  const state = await readPin(dataDir);
  if (state.kind === "damaged") throw new Error(`${state.file} is damaged: the newest index answers`);
  if (state.kind === "none") return "the newest one answers";
  const { version, modelId, pinnedAt } = state.pin;
  throw new Error(`rolled back to version ${version} of ${modelId} since ${pinnedAt}`);
}

async function countPosters(config: Config): Promise<string> {
  const { dataDir, home, env } = config;
  if (env.OPFIND_INDEX === "qdrant") return "on Qdrant; `opfind index status` counts it";
  if (!existsSync(join(dataDir, "embeddings", "posters.sqlite"))) {
    const hasStarter = env.OPFIND_STARTER !== "off" && existsSync(join(home, "embeddings", "starter"));
    if (hasStarter) return "no posters of your own yet; the starter pack is used";
    throw new Error("there are no posters yet");
  }
  const inUse = { name: "the network in use", modelId: modelIdOf(await modelInUse(config)) };
  const beside = await modelBeside(config);
  const networks = [inUse, ...(beside ? [{ name: beside.id, modelId: modelIdOf(beside) }] : [])];
  const store = openPosterStore({ dataDir, clock: { now: Date.now, elapsedMs: () => performance.now() } });
  try {
    const posters = await countOf(store.list());
    if (posters === 0) throw new Error("there are no posters yet");
    for (const { name, modelId } of networks) {
      const unseen = await countOf(store.withoutEmbeddings(modelId));
      if (unseen === 0 && store.state(modelId).rows > 0) continue;
      const which = unseen > 0 ? `${unseen} of ${posters} posters` : `any of ${posters} posters`;
      throw new Error(`${name} has not seen ${which}: \`opfind index build\` shows them to it`);
    }
    return `${posters} posters`;
  } finally {
    store.close();
  }
}

async function countOf(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of items) count++;
  return count;
}
