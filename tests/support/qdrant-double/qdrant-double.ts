import { z } from "zod";
import { type DoubleServer, type RecordedRequest, type Reply, startDouble } from "../double-server.ts";
import { Refusal } from "./collection.ts";
import { QdrantEngine } from "./engine.ts";
import { INTERFACE_FILE, openInterface } from "./interface.ts";

export interface QdrantDouble extends DoubleServer {
  readonly engine: QdrantEngine;
  readonly requests: readonly RecordedRequest[];
  /** what of any request or answer so far is not as the published interface has it, or strange to the double itself */
  readonly problems: readonly string[];
}

/** One per test file: to compile the schemas of a whole interface takes a second. */
const inspect = INTERFACE_FILE && openInterface(INTERFACE_FILE);

/** Qdrant on 127.0.0.1: real vectors, exact search, and every exchange checked: against the published interface where it is. */
export async function openQdrantDouble({ apiKey }: { readonly apiKey?: string } = {}): Promise<QdrantDouble> {
  const engine = new QdrantEngine();
  const requests: RecordedRequest[] = [];
  const problems: string[] = [];
  const reply = (request: RecordedRequest): Reply => {
    if (apiKey !== undefined && request.headers["api-key"] !== apiKey) {
      return { status: 401, headers: { "content-type": "text/plain" }, body: "Must provide an API key" };
    }
    const { pathname, searchParams } = new URL(request.path, "http://double");
    const body: unknown = request.body === "" ? undefined : JSON.parse(request.body);
    const query = [...searchParams.keys()];
    const told = answer(engine, { method: request.method, pathname, query, body });
    if (told.status === 422) problems.push(JSON.stringify(told.body));
    if (inspect) {
      const path = decodeURIComponent(pathname);
      problems.push(...inspect({ method: request.method, path, query, body, status: told.status, answer: told.body }));
    }
    return told;
  };
  const server = await startDouble({ service: "qdrant", reply, onRequest: (request) => requests.push(request) });
  return { ...server, engine, requests, problems };
}

function answer(
  engine: QdrantEngine,
  { method, pathname, query, body }: { method: string; pathname: string; query: readonly string[]; body: unknown },
): Reply {
  if (pathname === "/") return { status: 200, body: { title: "qdrant - vector search engine", version: "1.18.0" } };
  const parts = pathname.slice(1).split("/").map(decodeURIComponent);
  try {
    const result = engine.answer({ method, parts, query, body });
    if (typeof result === "string")
      return { status: 200, headers: { "content-type": "application/octet-stream" }, body: result };
    return { status: 200, body: { time: 0.001, status: "ok", result } };
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: { time: 0, status: { error: error.message } } };
    // A request that the double does not understand is a hole in the double: no adapter may mistake it for an answer.
    const words = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    return { status: 422, body: { time: 0, status: { error: `the double does not know this: ${words}` } } };
  }
}
