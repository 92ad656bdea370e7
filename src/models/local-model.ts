import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { ModelEntry, ModelFile, ModelFiles } from "../domain/model.ts";
import { OpfindError } from "../errors.ts";

/** Where models lie: the folder that ships, and the one that downloads go to (they may be the same). */
export interface ModelFolders {
  readonly bundled: string;
  readonly downloaded: string;
}

export type FileState = "ok" | "missing" | "wrong-size" | "wrong-checksum";

/** Hashing 8 MB takes 20 ms at every start, 350 MB a second: larger files are held to their size, and `verify` hashes them. */
const HASH_AT_START_BYTES = 32 * 1024 * 1024;

/** The folders of an installation. @param dataDir `Config.dataDir` */
export function modelFolders({ home, dataDir }: { readonly home: string; readonly dataDir: string }): ModelFolders {
  return { bundled: join(home, "models"), downloaded: join(dataDir, "models") };
}

/**
 * Finds a model's files for opening it.
 * @throws OpfindError model-missing | model-checksum | aborted
 */
export async function locateModel(entry: ModelEntry, folders: ModelFolders, signal: AbortSignal): Promise<ModelFiles> {
  for (const file of entry.files) {
    const state = await checkFile(file, folders, { isQuick: file.bytes > HASH_AT_START_BYTES, signal });
    if (state === "missing") throw missing(entry, file);
    if (state !== "ok") throw spoiled(entry, file, state);
  }
  return { entry, network: pathOf(entry.files[0], folders) };
}

/** The state of every file of a model, hashed completely. @throws OpfindError file-unreadable | aborted */
export async function verifyModel(
  entry: ModelEntry,
  folders: ModelFolders,
  signal: AbortSignal,
): Promise<readonly { readonly path: string; readonly state: FileState }[]> {
  const states: { path: string; state: FileState }[] = [];
  for (const file of entry.files) {
    states.push({ path: pathOf(file, folders), state: await checkFile(file, folders, { isQuick: false, signal }) });
  }
  return states;
}

export function pathOf(file: ModelFile, { bundled, downloaded }: ModelFolders): string {
  return join(file.url === null ? bundled : downloaded, file.path);
}

/** Lower-case hex of a file, read as a stream. */
export async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) hash.update(chunk);
  return hash.digest("hex");
}

async function checkFile(
  file: ModelFile,
  folders: ModelFolders,
  { isQuick, signal }: { isQuick: boolean; signal: AbortSignal },
): Promise<FileState> {
  const path = pathOf(file, folders);
  try {
    const { size } = await stat(path);
    if (size !== file.bytes) return "wrong-size";
    if (isQuick) return "ok";
    return (await sha256Of(path, signal)) === file.sha256 ? "ok" : "wrong-checksum";
  } catch (error) {
    if (signal.aborted) throw new OpfindError("aborted", "Checking the model was stopped.", { cause: error });
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return "missing";
    const why = error instanceof Error ? error.message : String(error);
    throw new OpfindError("file-unreadable", `The model file ${path} cannot be read: ${why}.`, { cause: error });
  }
}

function missing({ id }: ModelEntry, { path, url }: ModelFile): OpfindError {
  const remedy = url === null ? "It ships with opfind: install again." : `Run "opfind models pull ${id}".`;
  return new OpfindError("model-missing", `The model ${id} is not on this machine. ${remedy}`, {
    details: { id, path },
  });
}

function spoiled({ id }: ModelEntry, { path, url }: ModelFile, state: FileState): OpfindError {
  const remedy = url === null ? "Install opfind again." : `Run "opfind models pull ${id}".`;
  const what = state === "wrong-size" ? "has another size" : "has another checksum";
  return new OpfindError("model-checksum", `The file of the model ${id} ${what} than it should. ${remedy}`, {
    details: { id, path },
  });
}
