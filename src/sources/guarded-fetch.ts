import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { Agent, type Dispatcher, request } from "undici";
import { orAborted } from "../abort.ts";
import { OpfindError } from "../errors.ts";
import type { Fetch } from "./polite-fetch.ts";
import { isPublicAddress } from "./public-address.ts";
import { sourceFailure } from "./source-failure.ts";

/** A file server may move a file; it has no reason to send anyone around. */
const MAX_REDIRECTS = 3;

/** All addresses of a host name: `dns.promises.lookup` with `all`. */
export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>;

interface Guard {
  /** the service's name in sentences */
  readonly service: string;
  /** `name` or `name:port`, reached by https only; `127.0.0.1:port` by http as well, and nothing else there */
  readonly hosts: readonly string[];
  /** the variable that lists them, for people */
  readonly setting: string;
  readonly resolve: ResolveHost;
}

/**
 * A GET-only `fetch` for URLs that others chose: listed hosts only, every address checked as it is connected to, every
 * redirect held to the same rules. Its failures are fetch's own TypeErrors or OpfindErrors; time, size and manners are
 * those of `politeFetch` around it.
 */
export function openGuardedFetch(guard: Guard): { readonly fetch: Fetch; close(): Promise<void> } {
  const dispatcher = new Agent({ connect: { lookup: checkedLookup(guard.resolve) } });
  return {
    fetch: async (input, { headers, signal = null } = {}) => {
      const options = { dispatcher, signal, headers: Object.fromEntries(new Headers(headers)) };
      let url = permitted(String(input), guard);
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        const answer = await unlessAborted(request(url, options), signal);
        const { location = [] } = answer.headers;
        const [target] = [location].flat();
        if (!REDIRECTS.has(answer.statusCode) || target === undefined) return toResponse(answer);
        answer.body.on("error", () => {}).destroy();
        url = permitted(target, guard, url.href);
      }
      const because = `it redirects more than ${MAX_REDIRECTS} times`;
      throw sourceFailure(guard.service, "source-other-shape", { because });
    },
    close: () => dispatcher.destroy(),
  };
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The lookup of a connection: the connection uses the very addresses that were checked, so a name that resolves to
 * something else a moment later gains nothing. One forbidden address spoils the name.
 */
export function checkedLookup(resolve: ResolveHost): LookupFunction {
  return (hostname, { all }, callback) => {
    resolveChecked(hostname, resolve).then(
      ([first, ...rest]) => (all ? callback(null, [first, ...rest]) : callback(null, first.address, first.family)),
      (error) => callback(error, []),
    );
  };
}

async function resolveChecked(hostname: string, resolve: ResolveHost): Promise<[LookupAddress, ...LookupAddress[]]> {
  const [first, ...rest] = await resolve(hostname);
  if (!first) throw new TypeError(`${hostname} has no address`);
  const inner = [first, ...rest].find(({ address }) => !isPublicAddress(address));
  if (inner) throw forbidden(hostname, `it resolves to ${inner.address}, which is no address of the public internet`);
  return [first, ...rest];
}

/** @throws OpfindError url-forbidden */
function permitted(text: string, { hosts, setting }: Guard, base?: string): URL {
  if (!URL.canParse(text, base)) throw forbidden(text, "it is no URL");
  // The parser turns every spelling of an IPv4 address (decimal, octal, hexadecimal) into the usual one.
  const url = new URL(text, base);
  if (url.username || url.password) throw forbidden(url.host, "it carries a name or a password");
  if (!hosts.includes(url.host)) throw forbidden(url.href, `its host is not listed in ${setting}`);
  const isAllowed = url.protocol === "https:" || (url.protocol === "http:" && url.hostname === "127.0.0.1");
  if (!isAllowed) throw forbidden(url.href, "only https is allowed");
  return url;
}

function forbidden(what: string, because: string): OpfindError {
  return new OpfindError("url-forbidden", `${what.slice(0, 200)} is not fetched: ${because}.`);
}

function toResponse({ statusCode: status, headers, body }: Dispatcher.ResponseData): Response {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  return new Response(BODILESS.has(status) ? null : piecesOf(body), { status, headers: pairs });
}

const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

async function* piecesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw asFetchFails(cause);
  }
}

/** undici hears of an abort only once it is connected; a name server or a host that says nothing must not hold us. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | null): Promise<T> {
  try {
    return await (signal ? orAborted(work, signal) : work);
  } catch (cause) {
    throw asFetchFails(cause);
  }
}

/** A fetch fails with TypeErrors: what undici's request throws becomes one. */
function asFetchFails(cause: unknown): Error {
  return cause instanceof OpfindError ? cause : new TypeError("fetch failed", { cause });
}
