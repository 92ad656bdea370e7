import { OpfindError } from "../errors.ts";
import { readPin } from "../index/pin.ts";
import type { SqlitePosterStore } from "../index/poster-store.ts";
import { liftRollBack, rollBack } from "../index/roll-back.ts";
import { listVersions } from "../index/versions.ts";
import { readModelManifest } from "../models/manifest.ts";
import { modelIdOf } from "../pipeline/model-id.ts";
import type { Clock, Embedder } from "../pipeline/ports.ts";
import type { VerbContext } from "./verb.ts";

export interface VersionsContext extends VerbContext {
  readonly store: SqlitePosterStore;
  /** of the network in use */
  readonly modelId: string;
  readonly beside: Pick<Embedder, "modelId"> | null;
  readonly clock: Clock;
  readonly isJson: boolean;
}

/** `opfind index versions`: what can be rolled back to, newest first. */
export async function tellVersions({ output, config, modelId, isJson }: VersionsContext): Promise<void> {
  const state = await readPin(config.dataDir);
  const versions = (await listVersions(config.dataDir)).map(({ version, manifest, isLatest }) => {
    const isMine = manifest.modelId === modelId;
    const isPinned = state.kind === "pinned" && state.pin.version === version;
    const isInUse = isMine && (state.kind === "pinned" && state.pin.modelId === modelId ? isPinned : isLatest);
    const { kind, rows, builtAt } = manifest;
    return { version, modelId: manifest.modelId, kind, rows, builtAt, isInUse, isPinned };
  });
  if (versions.length === 0 && !isJson) output.note("no index is stored yet");
  for (const version of versions) {
    if (isJson) output.json(version);
    else {
      const { kind, rows, builtAt, isInUse, isPinned } = version;
      const mark = isInUse ? "*" : " ";
      const pinned = isPinned ? ", rolled back to" : "";
      output.line(`${mark} ${version.version}  ${builtAt}  ${kind}, ${rows} embeddings of ${version.modelId}${pinned}`);
    }
  }
}

/** `opfind index rollback [VERSION] [--latest]`. */
export async function changeVersion(
  opened: VersionsContext,
  { version, isLatest }: { readonly version: string | undefined; readonly isLatest: boolean },
): Promise<void> {
  const { output, isJson, config, log, signal } = opened;
  if (isLatest) {
    const isLifted = await liftRollBack({ dataDir: config.dataDir, log }, signal);
    if (isJson) output.json({ isLifted });
    else output.line(isLifted ? `the newest index answers again${RESTART}` : "the index was not rolled back");
    return;
  }
  const pin = await pinVersion(opened, version ?? null);
  if (isJson) output.json(pin);
  else output.line(`version ${pin.version} answers, with ${pin.model}, until the next build or --latest${RESTART}`);
}

const RESTART = "; a bot or service that is running takes it up when it is started again";

async function pinVersion(opened: VersionsContext, version: string | null) {
  const { config, store, modelId, beside, log, clock, signal } = opened;
  const models = await readModelManifest(config.home);
  const { OPFIND_MODEL: wish } = config.env;
  const modelNamed = (id: string) => {
    const entry = models.find((model) => modelIdOf(model) === id);
    if (entry && wish !== "auto" && wish !== entry.id) throw otherModel(wish, entry.id);
    return entry?.id ?? null;
  };
  const besideId = beside?.modelId ?? null;
  return await rollBack({ dataDir: config.dataDir, store, modelId, besideId, modelNamed, log, clock }, version, signal);
}

function otherModel(wish: string, wanted: string): OpfindError {
  const message = `That version belongs to the network ${wanted}, but OPFIND_MODEL=${wish} holds another one. Set it to auto: the network then goes back with its index.`;
  return new OpfindError("config-invalid", message);
}
