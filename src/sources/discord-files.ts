import pLimit from "p-limit";
import { OpfindError } from "../errors.ts";
import { BodyTooLarge, readBounded } from "./bounded-body.ts";
import { openGuardedFetch, type ResolveHost } from "./guarded-fetch.ts";
import type { FetchLimits } from "./polite-fetch.ts";
import { abortedFailure } from "./source-failure.ts";

/** Discord's upload limit is opfind's limit for a picture, too; its server needs a second for that at worst. */
const LIMITS: FetchLimits = { timeoutMs: 15_000, maxBytes: 10 * 1024 * 1024 };
/** More in memory at once would not be looked at any sooner. */
const AT_ONCE = 12;
const TRIES = 2;
/** An expired signature, a deleted message, a deleted file. */
const GONE: ReadonlySet<number> = new Set([403, 404, 410]);

export interface DiscordFiles {
  /**
   * The bytes of an attachment, not looked into yet.
   * @throws OpfindError url-forbidden | attachment-gone | attachment-unreachable | image-too-many-bytes | aborted
   */
  download(url: string, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

interface Deps {
  readonly hosts: readonly string[];
  readonly resolve: ResolveHost;
  readonly limits?: FetchLimits;
}

/** Opens Discord's file server: the listed hosts only, whatever a message says. Nothing that identifies anyone is sent. */
export function openDiscordFiles({ hosts, resolve, limits = LIMITS }: Deps): DiscordFiles {
  const service = "Discord's file server";
  const guarded = openGuardedFetch({ service, hosts, setting: "DISCORD_CDN_HOSTS", resolve });
  const oneOfSome = pLimit(AT_ONCE);
  const get = async (url: string, signal: AbortSignal) => {
    for (let tries = 1; ; tries++) {
      try {
        return await bounded((inner) => guarded.fetch(url, { signal: inner }), limits, signal);
      } catch (error) {
        const isWorthAnother = error instanceof OpfindError && error.code === "attachment-unreachable";
        if (!isWorthAnother || tries === TRIES) throw error;
      }
    }
  };
  return { download: (url, signal) => oneOfSome(() => get(url, signal)), close: () => guarded.close() };
}

async function bounded(
  send: (signal: AbortSignal) => Promise<Response>,
  { timeoutMs, maxBytes }: FetchLimits,
  signal: AbortSignal,
): Promise<Uint8Array> {
  // AbortSignal.timeout within AbortSignal.any may be collected before it fires on Node 20: a plain timer cannot.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const response = await send(AbortSignal.any([signal, late.signal]));
    const { status } = response;
    if (GONE.has(status))
      throw new OpfindError("attachment-gone", "The picture is no longer there.", { details: { status } });
    if (!response.ok) throw unreachable(`it answered with status ${status}`, undefined);
    return await readBounded(response, maxBytes);
  } catch (cause) {
    if (signal.aborted) throw abortedFailure(signal);
    throw explained(cause, late.signal.aborted ? `${timeoutMs / 1000} s went by` : "the connection failed", maxBytes);
  } finally {
    clearTimeout(timer);
  }
}

function explained(cause: unknown, because: string, maxBytes: number): unknown {
  if (cause instanceof BodyTooLarge) {
    const megabytes = Math.floor(maxBytes / 1024 / 1024);
    return new OpfindError("image-too-many-bytes", `The picture has more than ${megabytes} MB.`, { cause });
  }
  if (cause instanceof OpfindError && cause.code !== "source-other-shape") return cause;
  // A fetch that fails or is late throws a TypeError; anything else is a bug.
  return cause instanceof TypeError || cause instanceof OpfindError ? unreachable(because, cause) : cause;
}

function unreachable(because: string, cause: unknown): OpfindError {
  return new OpfindError("attachment-unreachable", `The picture could not be downloaded: ${because}.`, { cause });
}
