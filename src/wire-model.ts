import type { Config } from "./config.ts";
import type { ModelEntry } from "./domain/model.ts";
import { OpfindError } from "./errors.ts";
import { readPin } from "./index/pin.ts";
import { findModel, readModelManifest, SHIPPED_MODEL } from "./models/manifest.ts";

/**
 * The network that OPFIND_MODEL names. Where it is left to opfind, the one of the index version that was rolled back to,
 * since a network and its index only go back together; else the one that ships.
 * @throws OpfindError model-unknown | manifest-invalid
 */
export async function modelInUse(config: Pick<Config, "env" | "home" | "dataDir">): Promise<ModelEntry> {
  const { OPFIND_MODEL: wish } = config.env;
  const models = await readModelManifest(config.home);
  if (wish !== "auto") return findModel(models, wish);
  const state = await readPin(config.dataDir);
  return findModel(models, state.kind === "pinned" ? state.pin.model : SHIPPED_MODEL);
}

/**
 * The network that OPFIND_MODEL_BESIDE names, null where it is off.
 * @throws OpfindError model-unknown | manifest-invalid | config-invalid
 */
export async function modelBeside(config: Pick<Config, "env" | "home" | "dataDir">): Promise<ModelEntry | null> {
  const { OPFIND_MODEL_BESIDE: wish } = config.env;
  if (wish === "off") return null;
  const entry = findModel(await readModelManifest(config.home), wish);
  if (entry.id !== (await modelInUse(config)).id) return entry;
  throw new OpfindError(
    "config-invalid",
    `OPFIND_MODEL_BESIDE=${wish} names the network that is in use already. Name another one, or off.`,
  );
}

/** The same settings, rolled back or not: what a new build is made with. */
export function withNewestModel<Context extends { readonly config: Config }>(context: Context): Context {
  const { config } = context;
  if (config.env.OPFIND_MODEL !== "auto") return context;
  return { ...context, config: { ...config, env: { ...config.env, OPFIND_MODEL: SHIPPED_MODEL } } };
}
