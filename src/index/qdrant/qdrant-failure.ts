import { z } from "zod";
import { type ErrorCode, OpfindError } from "../../errors.ts";

/** What the client throws for a status that is no success; its class is not exported. */
const REFUSAL = z.object({
  status: z.int(),
  data: z
    .object({ status: z.object({ error: z.string() }) })
    .nullish()
    .catch(null),
});

/** The server's own words in a sentence of ours; a filter with ten thousand ids would be among them. */
const MAX_WORDS = 300;

/** May the same request succeed in a moment? An answer that came and says no may not. */
export function isPassing(cause: unknown): boolean {
  if (cause instanceof OpfindError) return cause.code === "index-down";
  // fetch fails with a TypeError: refused, reset, ended amid the body.
  if (cause instanceof TypeError) return true;
  if (isThrottle(cause)) return true;
  const refusal = REFUSAL.safeParse(cause);
  return refusal.success && (refusal.data.status === 429 || refusal.data.status >= 500);
}

/** What went wrong with a request, in opfind's words; bugs stay what they are. */
export function explain(host: string, cause: unknown): unknown {
  if (cause instanceof OpfindError) return cause;
  if (cause instanceof TypeError) {
    const why = cause.cause instanceof Error ? cause.cause.message || cause.cause.name : cause.message;
    return new OpfindError("index-down", `Qdrant at ${host} cannot be reached (${why}).`, { cause });
  }
  if (cause instanceof SyntaxError || cause instanceof z.ZodError) return otherShape(host, cause);
  if (isThrottle(cause)) return new OpfindError("index-busy", `Qdrant at ${host} asks to wait.`, { cause });
  const refusal = REFUSAL.safeParse(cause);
  if (!refusal.success) return isUnexpectedStatus(cause) ? otherShape(host, cause) : cause;
  const { status, data } = refusal.data;
  return refusalOf(host, status, { words: data?.status.error, cause });
}

/** A status that is no success, as a failure. */
export function refusalOf(
  host: string,
  status: number,
  { words, cause }: { readonly words?: string | undefined; readonly cause?: unknown } = {},
): OpfindError {
  const said = (words ?? `status ${status}`).slice(0, MAX_WORDS);
  return new OpfindError(codeOf(status, said), `Qdrant at ${host} answered: ${said}.`, { cause, details: { status } });
}

/** Did the server say that something (a collection, a point) is not there? */
export function isMissing(error: unknown): boolean {
  return error instanceof OpfindError && error.details["status"] === 404;
}

/** Did the server say that it cannot do what was asked, since something exists or is unknown there? */
export function isConflict(error: unknown): boolean {
  return error instanceof OpfindError && (error.details["status"] === 409 || error.details["status"] === 400);
}

function codeOf(status: number, words: string): ErrorCode {
  if (/no space left|not enough space|disk.*full/i.test(words)) return "disk-full";
  if (status === 401 || status === 403) return "index-refused";
  if (status === 429) return "index-busy";
  return status >= 500 ? "index-down" : "index-broken";
}

function otherShape(host: string, cause: unknown): OpfindError {
  return new OpfindError("index-other-shape", `Qdrant at ${host} answered in another shape than its interface says.`, {
    cause,
  });
}

/** The client's errors for a 429 with Retry-After, of which it reads the first character: a digit, or not even that. */
function isThrottle(cause: unknown): boolean {
  return cause instanceof Error && ["QdrantClientResourceExhaustedError", "CustomError"].includes(cause.name);
}

/** The client's error for a success that is neither 200 nor 201. */
function isUnexpectedStatus(cause: unknown): boolean {
  return cause instanceof Error && cause.name === "QdrantClientUnexpectedResponseError";
}
