import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a local upstream was asked. */
export interface RecordedRequest {
  readonly service: ServiceName;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** true once the client went away before the answer */
  readonly wasCancelled: () => boolean;
}

export type ServiceName = "anilist" | "animethemes" | "tenrai" | "myanimelist" | "qdrant";

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** a string is sent as it is, anything else as JSON */
  readonly body: unknown;
}

/**
 * How a service misbehaves. `times` limits it to the next requests; without it, it lasts until changed. `after` lets so
 * many requests pass before.
 */
export interface Fault {
  readonly kind:
    | "bad-gateway" // an HTML error page with 502
    | "error-page" // an HTML error page with 200
    | "disabled" // AniList's 403 "temporarily disabled"
    | "forbidden" // a bare 403
    | "throttled" // 429 with Retry-After
    | "truncated" // JSON that ends in its middle
    | "other-shape" // JSON of another schema
    | "internal" // 500 with a JSON body
    | "silent" // accepts, and says nothing
    | "hang-up" // closes the connection
    | "unanswered" // does what was asked, and closes the connection before it says so
    | "flood"; // more bytes than anyone should read
  readonly retryAfter?: string;
  readonly times?: number;
  readonly after?: number;
}

export interface DoubleServer {
  readonly url: string;
  setFault(fault: Fault | null): void;
  close(): Promise<void>;
}

interface Behaviour {
  readonly service: ServiceName;
  readonly reply: (request: RecordedRequest) => Reply;
  readonly onRequest: (request: RecordedRequest) => void;
}

/** Serves one upstream on 127.0.0.1 over real HTTP, with the faults asked for. */
export async function startDouble(behaviour: Behaviour): Promise<DoubleServer> {
  const state: FaultState = { fault: null, passing: 0, left: 0 };
  const server = createServer((incoming, outgoing) => {
    void answer({ incoming, outgoing, behaviour, takeFault: () => takeFault(state) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    setFault(fault) {
      state.fault = fault;
      state.passing = fault?.after ?? 0;
      state.left = fault?.times ?? Number.POSITIVE_INFINITY;
    },
    close: () => closeServer(server),
  };
}

interface FaultState {
  fault: Fault | null;
  /** requests that are still let pass */
  passing: number;
  left: number;
}

function takeFault(state: FaultState): Fault | null {
  if (!state.fault || state.left === 0) return null;
  if (state.passing > 0) {
    state.passing--;
    return null;
  }
  state.left--;
  return state.fault;
}

function portOf(server: Server): number {
  // A TCP server's address is never a string or null while it listens.
  return (server.address() as AddressInfo).port;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

interface Conversation {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly behaviour: Behaviour;
  readonly takeFault: () => Fault | null;
}

async function answer({ incoming, outgoing, behaviour, takeFault }: Conversation): Promise<void> {
  const request = await record(incoming, outgoing, behaviour.service);
  behaviour.onRequest(request);
  const fault = takeFault();
  if (fault?.kind === "silent") return;
  if (fault?.kind === "hang-up") {
    incoming.socket.destroy();
    return;
  }
  if (fault?.kind === "unanswered") {
    behaviour.reply(request);
    incoming.socket.destroy();
    return;
  }
  const { status, headers = {}, body } = fault ? replyOf(fault) : behaviour.reply(request);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  outgoing.writeHead(status, { "content-type": "application/json", ...headers });
  outgoing.end(text);
}

async function record(incoming: IncomingMessage, outgoing: ServerResponse, service: ServiceName) {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece);
  return {
    service,
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(pieces).toString("utf8"),
    wasCancelled: () => outgoing.destroyed && !outgoing.writableFinished,
  };
}

const PAGE = "<!doctype html><title>Bad gateway</title><h1>502</h1>";
const HTML = { "content-type": "text/html; charset=utf-8" };

function replyOf({ kind, retryAfter = "30" }: Fault): Reply {
  switch (kind) {
    case "bad-gateway":
      return { status: 502, headers: HTML, body: PAGE };
    case "error-page":
      return { status: 200, headers: HTML, body: PAGE };
    case "disabled":
      return { status: 403, body: { data: null, errors: [{ message: DISABLED, status: 403 }] } };
    case "forbidden":
      return { status: 403, headers: HTML, body: "<h1>403</h1>" };
    case "throttled":
      return {
        status: 429,
        headers: { "retry-after": retryAfter, "x-ratelimit-limit": "90", "x-ratelimit-remaining": "0" },
        body: { data: null, errors: [{ message: "Too Many Requests.", status: 429 }] },
      };
    case "truncated":
      return { status: 200, body: '{"data":{"Page":{"media":[{"id":1,"tit' };
    case "other-shape":
      return {
        status: 200,
        body: { data: { Page: { media: [{ ident: 1 }] }, findAnimeByExternalSite: [{ songs: [] }] } },
      };
    case "internal":
      return { status: 500, body: { errors: [{ message: "Internal Server Error", status: 500 }] } };
    case "flood":
      return { status: 200, body: JSON.stringify({ data: "x".repeat(9_000_000) }) };
    case "silent":
    case "hang-up":
    case "unanswered":
      throw new RangeError(`${kind} is no reply`);
  }
}

const DISABLED = "The AniList API has been temporarily disabled due to severe stability issues.";
