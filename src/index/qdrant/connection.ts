import { QdrantClient } from "@qdrant/js-client-rest";
import { ExponentialBackoff, handleWhen, retry } from "cockatiel";
import { z } from "zod";
import { OpfindError } from "../../errors.ts";
import { stopIfAborted } from "../rows.ts";
import { explain, isPassing, refusalOf } from "./qdrant-failure.ts";

export interface QdrantPlace {
  /** with the port where it is not the scheme's own; a path is a prefix */
  readonly url: string;
  readonly apiKey: string | undefined;
  /** for one request with its answer */
  readonly timeoutMs: number;
}

type Api = ReturnType<QdrantClient["api"]>;

/** One request, and the shape of what it has to be answered with. */
export interface Question<Told> {
  readonly shape: z.ZodType<Told>;
  readonly send: (api: Api, init: RequestInit) => Promise<{ readonly data: unknown }>;
}

/** Every write can be repeated without harm (see points.ts), so each request may be: three tries in all. */
const MAX_RETRIES = 2;
const FIRST_PAUSE_MS = 100;

/**
 * Asks one Qdrant server by its official client. The client knows no AbortSignal and believes every answer: the time
 * limit, the retries, the look at the answer's shape and the sentences about failures are ours.
 */
export class QdrantConnection {
  /** for sentences: never the key */
  readonly host: string;
  readonly #api: Api;
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;
  readonly #retry = retry(handleWhen(isPassing), {
    maxAttempts: MAX_RETRIES,
    backoff: new ExponentialBackoff({ initialDelay: FIRST_PAUSE_MS }),
  });

  constructor({ url, apiKey, timeoutMs }: QdrantPlace) {
    const { origin, pathname, host } = new URL(url);
    this.host = host;
    this.#timeoutMs = timeoutMs;
    const prefix = pathname.replace(/\/+$/, "");
    // As a header of ours: given as `apiKey`, the client writes a warning to stdout wherever TLS is a proxy's business.
    this.#headers = apiKey === undefined ? {} : { "api-key": apiKey };
    this.#base = `${origin}${prefix}`;
    // Without a port of its own the client would ask 6333 where the URL says 80 or 443.
    const place = { url: origin, port: null, headers: this.#headers, ...(prefix ? { prefix } : {}) };
    this.#api = new QdrantClient({ ...place, checkCompatibility: false, timeout: Number.POSITIVE_INFINITY }).api();
  }

  /** @throws OpfindError index-down | index-busy | index-refused | index-broken | index-other-shape | disk-full | aborted */
  async ask<Told>({ shape, send }: Question<Told>, signal: AbortSignal): Promise<Told> {
    stopIfAborted(signal);
    try {
      const { data } = await this.#retry.execute(() => this.#once((init) => send(this.#api, init), signal), signal);
      return z.object({ result: shape }).parse(data).result;
    } catch (cause) {
      stopIfAborted(signal);
      throw explain(this.host, cause);
    }
  }

  /** The server's version. @throws like `ask` */
  async version(signal: AbortSignal): Promise<string> {
    try {
      const { data } = await this.#once((init) => this.#api.root({}, init), signal);
      return z.object({ title: z.string(), version: z.string() }).parse(data).version;
    } catch (cause) {
      stopIfAborted(signal);
      throw explain(this.host, cause);
    }
  }

  /** The bytes of a file, as they come; the time limit holds for their beginning. @throws like `ask` */
  async download(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    stopIfAborted(signal);
    try {
      // The client reads every answer as text, which a file does not survive.
      const open = (init: RequestInit) => fetch(`${this.#base}${path}`, { ...init, headers: this.#headers });
      const { status, body } = await this.#once(open, signal);
      if (status === 200 && body) return body;
      await body?.cancel();
      throw refusalOf(this.host, status);
    } catch (cause) {
      stopIfAborted(signal);
      throw explain(this.host, cause);
    }
  }

  async #once<Answer>(send: (init: RequestInit) => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    // A plain timer: AbortSignal.timeout within AbortSignal.any may be collected before it fires on Node 20.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#timeoutMs);
    try {
      return await send({ signal: AbortSignal.any([signal, late.signal]) });
    } catch (cause) {
      if (!late.signal.aborted || signal.aborted) throw cause;
      throw new OpfindError("index-down", `Qdrant at ${this.host} gave no answer within ${this.#timeoutMs / 1000} s.`, {
        cause,
      });
    } finally {
      clearTimeout(timer);
    }
  }
}
