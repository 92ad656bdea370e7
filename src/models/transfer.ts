import { type FileHandle, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { OpfindError } from "../errors.ts";
import { downloadFailed, request } from "./download-request.ts";

/** The connection broke: what came until then is kept and another attempt may go on from there. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export interface Transfer {
  readonly url: URL;
  /** the unfinished file; its ETag lies beside it */
  readonly part: string;
  /** size of the whole file, from the manifest: whatever the server says */
  readonly bytes: number;
  readonly fetch: typeof fetch;
  readonly stallMs: number;
  readonly progress: (done: number) => void;
}

/**
 * One attempt to complete the unfinished file, from where it ends if the server still has the same file.
 * @throws Interrupted; OpfindError model-download when another attempt would not help
 */
export async function transfer(job: Transfer, signal: AbortSignal): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), job.stallMs);
  try {
    const offset = (await sizeOf(job.part)) ?? 0;
    const etag = offset > 0 ? await readEtag(job.part) : null;
    const both = AbortSignal.any([signal, silence.signal]);
    const response = await request({ url: job.url, offset, etag }, job.fetch, both);
    const start = await begin(response, offset, job);
    await receive(response, start, job, () => timer.refresh());
  } catch (error) {
    if (silence.signal.aborted && !signal.aborted)
      throw new Interrupted(`${job.url.host} keeps silent`, { cause: error });
    throw isConnectionFailure(error) ? new Interrupted(`${job.url.host}: ${reason(error)}`, { cause: error }) : error;
  } finally {
    clearTimeout(timer);
    silence.abort(); // lets go of a response that was not read to its end
  }
}

/** Forgets what has arrived. */
export async function discard(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(etagFile(part), { force: true });
}

/** @returns undefined where there is no file */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    throw error;
  }
}

/** Reads the answer's head. @returns where its bytes belong in the file */
async function begin(response: Response, offset: number, job: Transfer): Promise<number> {
  const { status, headers } = response;
  const start = status === 206 ? offset : 0;
  if (status === 416 || (status === 206 && !isRange(headers.get("content-range"), offset, job.bytes))) {
    await discard(job.part);
    throw new Interrupted(`${job.url.host} does not have the rest of what was begun`);
  }
  if (status !== 200 && status !== 206)
    throw downloadFailed(`${job.url.host} answers ${status} ${response.statusText}`.trim());
  const length = headers.get("content-length");
  if (length !== null && Number(length) !== job.bytes - start) {
    throw downloadFailed(`${job.url.host} offers ${length} bytes where ${job.bytes - start} are expected`);
  }
  // An answer 200 to a range means that the server cannot resume, or has another file by now: from the start.
  if (status === 200) await discard(job.part);
  const etag = headers.get("etag");
  if (etag !== null && !etag.startsWith("W/")) await writeFile(etagFile(job.part), etag);
  return start;
}

async function receive(response: Response, start: number, job: Transfer, onLife: () => void): Promise<void> {
  if (!response.body) throw downloadFailed(`${job.url.host} answers without a body`);
  const file = await open(job.part, "a");
  try {
    const done = await append(response.body, file, { start, job, onLife });
    if (done < job.bytes) throw new Interrupted(`${job.url.host} stops after ${done} of ${job.bytes} bytes`);
  } finally {
    await file.close();
  }
}

async function append(
  body: AsyncIterable<Uint8Array>,
  file: FileHandle,
  { start, job, onLife }: { start: number; job: Transfer; onLife: () => void },
): Promise<number> {
  let done = start;
  for await (const chunk of body) {
    onLife();
    if (done + chunk.length > job.bytes) {
      await discard(job.part);
      throw downloadFailed(`${job.url.host} sends more than the ${job.bytes} bytes of the file`);
    }
    await file.appendFile(chunk);
    done += chunk.length;
    job.progress(done);
  }
  return done;
}

/** `bytes 100-199/200` (RFC 9110, 14.4) */
function isRange(header: string | null, start: number, total: number): boolean {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header ?? "");
  return Number(match?.[1]) === start && (match?.[2] === "*" || Number(match?.[2]) === total);
}

async function readEtag(part: string): Promise<string | null> {
  return (await sizeOf(etagFile(part))) === undefined ? null : await readFile(etagFile(part), "utf8");
}

function etagFile(part: string): string {
  return `${part}.etag`;
}

/** fetch throws TypeError for everything that goes wrong on the wire, before and during the body. */
function isConnectionFailure(error: unknown): error is TypeError {
  return (
    error instanceof TypeError &&
    !(error instanceof OpfindError) &&
    /fetch failed|terminated|network/i.test(error.message)
  );
}

function reason(error: TypeError): string {
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}
