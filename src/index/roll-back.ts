import { OpfindError } from "../errors.ts";
import { type IndexDeps, underBuildLock } from "./build-index.ts";
import { type Pin, readPin, removePin, writePin } from "./pin.ts";
import type { SqlitePosterStore } from "./poster-store.ts";
import { findVersion, type IndexVersion, listVersions } from "./versions.ts";

export interface RollBackDeps extends Pick<IndexDeps, "dataDir" | "log" | "clock"> {
  readonly store: SqlitePosterStore;
  /** id and network of the model that is in use */
  readonly modelId: string;
  /** the network beside it: its versions are no way back unless they are named; null without one */
  readonly besideId: string | null;
  /** the name in the models manifest of a network, null for one that this opfind does not know */
  readonly modelNamed: (modelId: string) => string | null;
}

/**
 * Lets a former version answer, with its own network; it takes effect wherever the index is opened next.
 * @param asked null: the newest one before the version in use
 * @throws OpfindError usage | model-unknown | aborted
 */
export async function rollBack(deps: RollBackDeps, asked: string | null, signal: AbortSignal): Promise<Pin> {
  const { dataDir, store, clock } = deps;
  return underBuildLock(
    deps,
    async () => {
      const versions = await listVersions(dataDir);
      const { version, manifest } = asked === null ? await former(deps, versions) : findVersion(versions, asked);
      const { modelId, dimension, kind, lastEmbeddingId, storeId } = manifest;
      if (storeId !== store.state(modelId).storeId) {
        throw new OpfindError("usage", `The index version ${version} was made from another poster store.`);
      }
      const model = deps.modelNamed(modelId);
      if (model === null) {
        throw new OpfindError(
          "model-unknown",
          `This opfind does not know the network ${modelId} of version ${version}.`,
        );
      }
      const pinnedAt = new Date(clock.now()).toISOString();
      const resumesAfter = store.state(modelId).lastEmbeddingId;
      const pin = { model, modelId, dimension, version, kind, storeId, lastEmbeddingId, resumesAfter, pinnedAt };
      await writePin(dataDir, pin);
      return pin;
    },
    signal,
  );
}

/** Lets the newest index of the network answer again. @returns false when nothing was rolled back */
export async function liftRollBack(deps: Pick<IndexDeps, "dataDir" | "log">, signal: AbortSignal): Promise<boolean> {
  return underBuildLock(
    deps,
    async () => {
      const state = await readPin(deps.dataDir);
      await removePin(deps.dataDir);
      return state.kind !== "none";
    },
    signal,
  );
}

async function former(
  { dataDir, modelId, besideId }: RollBackDeps,
  all: readonly IndexVersion[],
): Promise<IndexVersion> {
  const versions = all.filter(({ manifest }) => manifest.modelId !== besideId);
  const state = await readPin(dataDir);
  const used = (version: IndexVersion) =>
    state.kind === "pinned"
      ? version.version === state.pin.version
      : version.isLatest && version.manifest.modelId === modelId;
  const at = versions.findIndex(used);
  const found = versions[at + 1];
  if (found) return found;
  throw new OpfindError("usage", "There is no index version before the one in use.");
}
