import { OpfindError } from "./errors.ts";
import type { Logger } from "./log.ts";
import { type Calibration, knowsBeside } from "./pipeline/calibration.ts";
import type { Embedder, PosterStore, SecondNetwork } from "./pipeline/ports.ts";
import { openSecondNetwork } from "./pipeline/second-network.ts";
import { modelBeside } from "./wire-model.ts";
import type { Model, Search } from "./wire-shelf.ts";
import { clock, type WireContext } from "./wire-sources.ts";

// The part of the composition root for a second network. Whatever is wrong with it is told, and answers rest on the first.

/**
 * The network that OPFIND_MODEL_BESIDE names; it is opened by the first picture it is shown.
 * @returns null where none is wanted, or its file is not here: the log says which
 * @throws OpfindError model-unknown | config-invalid | manifest-invalid | file-unreadable | aborted
 */
export async function openBeside({ config, log, signal }: WireContext): Promise<Embedder | null> {
  const entry = await modelBeside(config);
  if (!entry) return null;
  const [{ lazyEmbedder }, { locateModel, modelFolders }] = await Promise.all([
    import("./pipeline/embed.ts"),
    import("./models/local-model.ts"),
  ]);
  const { OPFIND_DEVICE: device, OPFIND_THREADS: threads } = config.env;
  try {
    const model = await locateModel(entry, modelFolders(config), signal);
    return lazyEmbedder({ model, device, threads, log });
  } catch (error) {
    if (!(error instanceof OpfindError) || !UNUSABLE.has(error.code)) throw error;
    log.warn(`OPFIND_MODEL_BESIDE=${entry.id} is left out, answers rest on the first network alone: ${error.message}`);
    return null;
  }
}

const UNUSABLE: ReadonlySet<string> = new Set(["model-missing", "model-checksum"]);

interface SecondDeps {
  readonly besideEmbedder: Embedder | null;
  readonly calibration: Calibration;
  readonly store: Pick<PosterStore, "embeddingsOf">;
  readonly openSearch: (model: Model, place: "beside") => Promise<Search>;
  readonly log: Logger;
}

interface Second {
  /** undefined under a calibration that does not know what its word is worth, which the log says */
  readonly beside: SecondNetwork | undefined;
  /** the network, where it is asked */
  readonly asked: readonly Embedder[];
  /** an index that nobody has asked for yet is left to its opening */
  readonly rebuildIndex: Search["rebuildIndex"];
  close(): Promise<void>;
}

/** The second network as the pipeline asks it. Its index is opened by the first picture in doubt. */
export function openSecond({ besideEmbedder, calibration, store, openSearch, log }: SecondDeps): Second {
  if (!besideEmbedder || !isKnown(besideEmbedder, calibration, log)) return NOBODY;
  let opening: Promise<Search> | undefined;
  const search = async () => {
    opening ??= openSearch(besideEmbedder, "beside").catch((error: unknown) => {
      opening = undefined; // the next picture in doubt tries again
      throw error;
    });
    return await opening;
  };
  const openIndex = async () => (await search()).index;
  return {
    beside: openSecondNetwork({ embedder: besideEmbedder, openIndex, store, clock, log }),
    asked: [besideEmbedder],
    async rebuildIndex(onRows, signal) {
      if (opening) await (await opening).rebuildIndex(onRows, signal);
    },
    async close() {
      const opened = await opening?.catch(() => undefined);
      await opened?.index.close();
    },
  };
}

const NOBODY: Second = { beside: undefined, asked: [], rebuildIndex: async () => {}, close: async () => {} };

function isKnown({ modelId }: Embedder, calibration: Calibration, log: Logger): boolean {
  if (knowsBeside(calibration, modelId)) return true;
  log.warn(
    `${modelId} is not asked: the calibration of ${calibration.modelId} does not know it; opfind evaluate --fit makes one that does`,
  );
  return false;
}
