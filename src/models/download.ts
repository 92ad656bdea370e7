import { mkdir, open, rename, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { ModelEntry, ModelFile } from "../domain/model.ts";
import { OpfindError } from "../errors.ts";
import { downloadFailed, STALL_MS } from "./download-request.ts";
import { type ModelFolders, pathOf, sha256Of } from "./local-model.ts";
import { withProcessLock } from "./process-lock.ts";
import { discard, Interrupted, sizeOf, transfer } from "./transfer.ts";

/** A broken connection is taken up again at once as long as attempts bring something; after this many empty ones it ends. */
const MAX_EMPTY_ATTEMPTS = 3;

export interface PullOptions {
  readonly folders: ModelFolders;
  /** replaces the hub's scheme and host (`OPFIND_MODELS_URL`) */
  readonly baseUrl?: string | undefined;
  readonly isOffline: boolean;
  readonly fetch: typeof fetch;
  /** @param done bytes of the file that are here by now */
  readonly progress: (file: ModelFile, done: number) => void;
  /** told once when another process downloads the same file */
  readonly onWait: () => void;
  /** milliseconds of silence that end an attempt, for tests that cannot wait 30 seconds */
  readonly stallMs?: number;
}

/**
 * Brings every file of a model to this machine. A file appears under its name only complete, checked and on the disk.
 * @returns "present" when nothing had to be done
 * @throws OpfindError model-missing | model-offline | model-download | model-checksum | disk-full | aborted
 */
export async function pullModel(
  entry: ModelEntry,
  options: PullOptions,
  signal: AbortSignal,
): Promise<"present" | "pulled"> {
  let outcome: "present" | "pulled" = "present";
  for (const file of entry.files) {
    if (await translated(() => isIntact(file, options, signal), signal)) continue;
    await translated(() => pullFile(file, options, signal), signal);
    outcome = "pulled";
  }
  return outcome;
}

async function isIntact(file: ModelFile, { folders }: PullOptions, signal: AbortSignal): Promise<boolean> {
  const path = pathOf(file, folders);
  return (await sizeOf(path)) === file.bytes && (await sha256Of(path, signal)) === file.sha256;
}

async function pullFile(file: ModelFile, options: PullOptions, signal: AbortSignal): Promise<void> {
  const path = pathOf(file, options.folders);
  if (file.url === null) throw damaged(path);
  if (options.isOffline) throw offline(file);
  const job = { file, path, part: `${path}.part`, url: sourceUrl(file.url, options.baseUrl) };
  const lock = { file: `${path}.lock`, onWait: options.onWait };
  await withProcessLock(
    lock,
    async () => {
      // The process that held the lock may have brought the file.
      if (!(await isIntact(file, options, signal))) await download(job, options, signal);
    },
    signal,
  );
}

function sourceUrl(url: string, baseUrl: string | undefined): URL {
  const original = new URL(url);
  return baseUrl === undefined ? original : new URL(`${baseUrl.replace(/\/+$/, "")}${original.pathname}`);
}

interface Job {
  readonly file: ModelFile;
  readonly url: URL;
  readonly path: string;
  readonly part: string;
}

async function download(job: Job, options: PullOptions, signal: AbortSignal): Promise<void> {
  const { bytes } = job.file;
  await mkdir(dirname(job.path), { recursive: true });
  if (((await sizeOf(job.part)) ?? 0) > bytes) await discard(job.part);
  await expectSpace(job);
  for (let emptyAttempts = 0; (await sizeOf(job.part)) !== bytes; ) {
    const before = (await sizeOf(job.part)) ?? 0;
    const interruption = await attempt(job, options, signal);
    if (!interruption) break;
    emptyAttempts = ((await sizeOf(job.part)) ?? 0) > before ? 0 : emptyAttempts + 1;
    if (emptyAttempts >= MAX_EMPTY_ATTEMPTS) throw downloadFailed(interruption.message, interruption);
  }
  await settle(job, signal);
}

/** @returns why it broke off, undefined when the file is complete */
async function attempt(
  { file, url, part }: Job,
  options: PullOptions,
  signal: AbortSignal,
): Promise<Interrupted | undefined> {
  const { fetch, stallMs = STALL_MS } = options;
  const progress = (done: number) => options.progress(file, done);
  try {
    await transfer({ url, part, bytes: file.bytes, fetch, stallMs, progress }, signal);
    return undefined;
  } catch (error) {
    if (error instanceof Interrupted && !signal.aborted) return error;
    throw error;
  }
}

async function expectSpace({ file, path, part }: Job): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  const needed = file.bytes - ((await sizeOf(part)) ?? 0);
  if (bavail * bsize < needed) throw diskFull(needed);
}

/** Checks what lies on the disk, not what went through memory, and gives it its name. */
async function settle({ file, path, part }: Job, signal: AbortSignal): Promise<void> {
  if ((await sha256Of(part, signal)) !== file.sha256) {
    const quarantine = `${path}.quarantine`;
    await rename(part, quarantine);
    await discard(part);
    throw wrongChecksum(file, quarantine);
  }
  await sync(part);
  await rename(part, path);
  await discard(part);
  // Windows cannot open folders; its rename is durable by journal.
  if (process.platform !== "win32") await sync(dirname(path));
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function translated<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OpfindError) throw error;
    if (signal.aborted)
      throw new OpfindError("aborted", "The download was stopped; what has arrived is kept.", { cause: error });
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOSPC" || code === "EDQUOT") throw diskFull(undefined, error);
    if (error instanceof Error && typeof code === "string") throw downloadFailed(error.message, error);
    throw error;
  }
}

function damaged(path: string): OpfindError {
  return new OpfindError("model-missing", `${path} ships with opfind but is missing or damaged. Install opfind again.`);
}

function offline({ path }: ModelFile): OpfindError {
  const message = `${path} would have to be downloaded, but OPFIND_OFFLINE is set. Unset it and run the command again.`;
  return new OpfindError("model-offline", message);
}

function diskFull(needed: number | undefined, cause?: unknown): OpfindError {
  const amount = needed === undefined ? "" : `: ${Math.ceil(needed / 1024 / 1024)} MB are needed`;
  const message = `The disk is too full for the model${amount}. Free some space and run the command again.`;
  return new OpfindError("disk-full", message, { cause });
}

function wrongChecksum({ path }: ModelFile, quarantine: string): OpfindError {
  const message = `What was downloaded for ${path} has another checksum than it should and was set aside as ${quarantine}. Run the command again; if it happens again, the source is not to be trusted.`;
  return new OpfindError("model-checksum", message, { details: { quarantine } });
}
