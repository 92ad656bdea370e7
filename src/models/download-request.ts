import { OpfindError } from "../errors.ts";

/** RFC 9110 15.4 lets a client choose; browsers stop at 20, a model hub needs two. */
const MAX_REDIRECTS = 5;

/** So long may a server keep silent, before its answer or between two pieces of it. */
export const STALL_MS = 30_000;

const USER_AGENT = "opfind/0.1 (+model download)";

export interface Request {
  readonly url: URL;
  /** bytes that are here already */
  readonly offset: number;
  /** what the server called the file when these bytes were got; null when it gave no name */
  readonly etag: string | null;
}

/**
 * Sends one GET and follows redirects: to https only, except within this machine when the base URL is on it (tests,
 * mirrors), so that nobody on the way can send the download elsewhere unencrypted.
 * @throws OpfindError model-download; whatever `fetch` throws
 */
export async function request(
  { url, offset, etag }: Request,
  fetcher: typeof fetch,
  signal: AbortSignal,
): Promise<Response> {
  const headers = new Headers({ "user-agent": USER_AGENT, "accept-encoding": "identity" });
  if (offset > 0) headers.set("range", `bytes=${offset}-`);
  if (offset > 0 && etag !== null) headers.set("if-range", etag);
  let target = url;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await fetcher(target, { headers, redirect: "manual", signal });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    target = redirected(target, location);
  }
  throw downloadFailed(`${url.host} redirects in a circle`);
}

function redirected(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) throw downloadFailed(`${from.host} redirects to nowhere`);
  const to = new URL(location, from);
  if (to.protocol === "https:" || (to.protocol === "http:" && isLocal(to) && isLocal(from))) return to;
  throw downloadFailed(`${from.host} redirects to ${to.protocol}//${to.host}, which is not encrypted`);
}

function isLocal({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

export function downloadFailed(why: string, cause?: unknown): OpfindError {
  const remedy = "What has arrived is kept: run the same command again to go on.";
  return new OpfindError("model-download", `The download failed: ${why}. ${remedy}`, { cause });
}
