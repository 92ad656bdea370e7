import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { OpfindError } from "../errors.ts";
import { MAX_IMAGE_BYTES, tooManyBytes } from "./image-limits.ts";

/**
 * Reads a picture file without ever holding more than the byte limit, whatever the path turns out to be.
 * @throws OpfindError file-missing | file-unreadable | image-too-many-bytes | aborted
 */
export async function readImageFile(path: string, signal: AbortSignal): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe waits for a writer that may never come.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat();
    if (!stats.isFile()) throw unreadable(path, `it is ${kindOf(stats)}, not a file`);
    if (stats.size > MAX_IMAGE_BYTES) throw tooManyBytes(stats.size);
    return await readBounded(file, stats.size, signal);
  } catch (error) {
    throw error instanceof OpfindError ? error : explain(path, error);
  } finally {
    await file?.close();
  }
}

/** The file may grow while it is read: one byte more than the limit is asked for, and no further. */
async function readBounded(file: FileHandle, expected: number, signal: AbortSignal): Promise<Uint8Array> {
  let buffer = Buffer.allocUnsafe(expected + 1);
  let length = 0;
  for (;;) {
    if (signal.aborted) throw new OpfindError("aborted", "Reading the picture was stopped.");
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
    length += bytesRead;
    if (bytesRead === 0) return buffer.subarray(0, length);
    if (length > MAX_IMAGE_BYTES) throw tooManyBytes(length);
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(length * 2 + 4096, MAX_IMAGE_BYTES + 1));
  }
}

type Kinds = Pick<Awaited<ReturnType<FileHandle["stat"]>>, "isDirectory" | "isFIFO" | "isSocket">;

function kindOf(stats: Kinds): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a named pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

function explain(path: string, error: unknown): OpfindError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") {
    const message = `There is no file ${path}. Check the name and the folder.`;
    return new OpfindError("file-missing", message, { cause: error, details: { path } });
  }
  return unreadable(path, WHY[code] ?? (error instanceof Error ? error.message : String(error)), error);
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: "its permissions do not allow it",
  EPERM: "its permissions do not allow it",
  ENOTDIR: "a part of the path is not a folder",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "the name is too long",
  ENXIO: "it is a socket or a device, not a file",
  EISDIR: "it is a folder, not a file",
  ERR_INVALID_ARG_VALUE: "the name contains a null character",
};

function unreadable(path: string, why: string, cause?: unknown): OpfindError {
  return new OpfindError("file-unreadable", `${path} cannot be read: ${why}.`, { cause, details: { path } });
}
