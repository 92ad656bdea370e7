import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, answered, refusal } from "./answers.ts";
import type { Faults } from "./faults.ts";
import type { Exchange, Journal } from "./journal.ts";
import { readBody } from "./request-body.ts";
import { matchRoute, type Route } from "./routes.ts";
import type { Finding } from "./rules/finding.ts";

const API = "/api/v10";

export interface RestOptions {
  readonly routes: readonly Route[];
  readonly journal: Journal;
  readonly faults: Faults;
  readonly token: string;
  /** what GET /gateway/bot tells */
  readonly gateway: { readonly url: string; readonly shards: number };
}

/** Takes the bot's requests: records, holds to the rules, hands on, answers. */
export async function serveRest(incoming: IncomingMessage, outgoing: ServerResponse, rest: RestOptions): Promise<void> {
  const at = performance.now();
  const exchange = await read(incoming, at);
  rest.journal.arrived(exchange);
  const { status, headers = {}, body } = await safely(exchange, incoming, rest);
  // Recorded first: whoever sees the answer finds it in the journal.
  rest.journal.answered(exchange, status);
  const type = body === undefined ? {} : { "content-type": "application/json" };
  outgoing.writeHead(status, { ...type, ...headers });
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
}

async function read(incoming: IncomingMessage, at: number): Promise<Exchange> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece);
  const { pathname, searchParams } = new URL(incoming.url ?? "", "http://discord");
  const { json, files } = await readBody(Buffer.concat(pieces), incoming.headers["content-type"] ?? "");
  return {
    at,
    method: incoming.method ?? "",
    path: decodeURIComponent(pathname.startsWith(API) ? pathname.slice(API.length) : pathname),
    query: searchParams,
    body: json,
    files,
    status: null,
  };
}

async function answer(exchange: Exchange, incoming: IncomingMessage, rest: RestOptions): Promise<Answer> {
  const { method, path } = exchange;
  const fault = rest.faults.take(method, path);
  if (fault) return fault;
  if (!isAuthorized(incoming, path, rest.token))
    return { status: 401, body: { code: 0, message: "401: Unauthorized" } };
  if (method === "GET" && path === "/gateway/bot") return answered(gatewayOf(rest));
  const match = matchRoute(rest.routes, exchange);
  if (!match) {
    rest.journal.broke(exchange, { rule: "unknown-route", at: "", message: "this Discord has no such route" });
    return { status: 404, body: { code: 0, message: "404: Not Found" } };
  }
  const findings = match.check();
  for (const { rule, at, message } of findings) rest.journal.broke(exchange, { rule, at, message });
  const refused = findings.filter(({ isHouseRule }) => !isHouseRule);
  return refused.length > 0 ? refusedFor(refused) : match.handle();
}

/** The token in the path is what counts for answers to interactions. */
function isAuthorized({ headers }: IncomingMessage, path: string, token: string): boolean {
  return headers.authorization === `Bot ${token}` || /^\/(interactions|webhooks)\//.test(path);
}

function gatewayOf({ gateway }: RestOptions) {
  return {
    ...gateway,
    session_start_limit: { total: 1000, remaining: 999, reset_after: 14_400_000, max_concurrency: gateway.shards },
  };
}

function refusedFor(findings: readonly Finding[]): Answer {
  if (findings.some(({ rule }) => rule === "empty-message")) return refusal(50006);
  return refusal(50035, {
    _errors: findings.map(({ rule, at, message }) => ({ code: rule, message: `${at}: ${message}` })),
  });
}

/** A fault of the harness itself fails the test with its reason, and does not look like a hanging bot. */
async function safely(exchange: Exchange, incoming: IncomingMessage, rest: RestOptions): Promise<Answer> {
  try {
    return await answer(exchange, incoming, rest);
  } catch (error) {
    rest.journal.broke(exchange, { rule: "harness-failed", at: "", message: String(error) });
    return { status: 500, body: { code: 0, message: String(error) } };
  }
}
