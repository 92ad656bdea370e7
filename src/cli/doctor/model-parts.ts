import type { Config } from "../../config.ts";
import type { ModelEntry } from "../../domain/model.ts";
import type { Logger } from "../../log.ts";
import { locateModel, modelFolders, verifyModel } from "../../models/local-model.ts";
import { knowsBeside } from "../../pipeline/calibration.ts";
import { openEmbedder } from "../../pipeline/embed.ts";
import { modelIdOf } from "../../pipeline/model-id.ts";
import { calibrationFiles, readCalibration } from "../../pipeline/read-calibration.ts";
import { modelBeside, modelInUse } from "../../wire-model.ts";
import { type Check, check } from "./finding.ts";

const MB = 1024 * 1024;

/** Reads every byte of a network. */
export async function hashModel(entry: ModelEntry, config: Config, signal: AbortSignal): Promise<string> {
  const states = await verifyModel(entry, modelFolders(config), signal);
  const broken = states.filter(({ state }) => state !== "ok").map(({ path, state }) => `${path} is ${state}`);
  if (broken.length > 0) throw new Error(`${entry.id}: ${broken.join(", ")}`);
  const bytes = entry.files.reduce((sum, file) => sum + file.bytes, 0);
  return `${entry.id}, ${(bytes / MB).toFixed(1)} MB, checksum as published`;
}

/** Opens a network as everybody does, warmed up. */
export async function runModel(
  entry: ModelEntry,
  { config, log }: { readonly config: Config; readonly log: Logger },
  signal: AbortSignal,
): Promise<string> {
  const model = await locateModel(entry, modelFolders(config), signal);
  const { OPFIND_DEVICE: device, OPFIND_THREADS: threads } = config.env;
  const since = performance.now();
  const embedder = await openEmbedder({ model, device, threads, log }, signal);
  const ms = Math.round(performance.now() - since);
  await embedder.close();
  return `${embedder.device} (OPFIND_DEVICE=${device}), ready in ${ms} ms`;
}

const SECOND_REMEDY =
  "Answers rest on the first network alone. `opfind models pull` fetches a model, `opfind index build` shows it the posters, " +
  "`opfind evaluate --fit` calibrates it; or set OPFIND_MODEL_BESIDE=off.";

/** The network that OPFIND_MODEL_BESIDE names: is it whole, does it run, and does the calibration know it? */
export function secondModel(config: Config, log: Logger): Check {
  const look = async (signal: AbortSignal) => {
    const entry = await modelBeside(config);
    if (!entry) return "off";
    const whole = await hashModel(entry, config, signal);
    const ready = await runModel(entry, { config, log }, signal);
    const first = modelIdOf(await modelInUse(config));
    const calibration = await readCalibration(calibrationFiles(config), first, log);
    if (!knowsBeside(calibration, modelIdOf(entry))) throw new Error(`${whole}, but the calibration does not know it`);
    return `${whole}; ${ready}`;
  };
  return check({ part: "second model", onTrouble: "warning", remedy: SECOND_REMEDY, look });
}
