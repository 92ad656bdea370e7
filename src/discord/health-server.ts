import { createServer, type Server, type ServerResponse } from "node:http";
import type { ResidentFacts } from "../pipeline/resident.ts";
import type { GatewayFacts } from "./client.ts";

export interface HealthDeps {
  /** null while it connects for the first time */
  readonly gateway: () => GatewayFacts | null;
  readonly gallery: () => Promise<ResidentFacts>;
  /** no new work is taken any more */
  readonly isStopping: () => boolean;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  readonly elapsedMs: () => number;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A resume takes seconds and a reconnect less than a minute: who restarts the bot for less makes it worse. */
const GRACE_MS = 60_000;

/**
 * `/health`: alive, and connected to Discord within the last minute. `/ready`: connected now and taking work. Both answer
 * 200 or 503 with the facts as JSON. `/metrics` is for Prometheus.
 */
export async function openHealthServer(port: number, deps: HealthDeps): Promise<HealthServer> {
  let readyAt = deps.elapsedMs();
  const server = createServer(({ url = "", method }, response) => {
    if (deps.gateway()?.isReady) readyAt = deps.elapsedMs();
    const isPatient = deps.elapsedMs() - readyAt < GRACE_MS;
    answer({ path: url.split("?")[0] ?? "", method, isPatient }, response, deps).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, resolve);
  });
  return { port: portOf(server), close: () => closed(server) };
}

interface Asked {
  readonly path: string;
  readonly method: string | undefined;
  readonly isPatient: boolean;
}

async function answer({ path, method, isPatient }: Asked, response: ServerResponse, deps: HealthDeps): Promise<void> {
  if (method !== "GET" && method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  switch (path) {
    case "/health":
      return await facts(isPatient, response, deps);
    case "/ready":
      return await facts(deps.gateway()?.isReady === true && !deps.isStopping(), response, deps);
    case "/metrics":
      response.writeHead(200, { "content-type": deps.metrics.contentType }).end(await deps.metrics.text());
      return;
    default:
      response.writeHead(404).end();
  }
}

async function facts(isWell: boolean, response: ServerResponse, { gateway, gallery, isStopping }: HealthDeps) {
  const body = {
    status: isWell ? "ok" : "unavailable",
    isStopping: isStopping(),
    gateway: gateway(),
    gallery: await gallery(),
  };
  response.writeHead(isWell ? 200 : 503, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new RangeError("a server on a port listens elsewhere");
  return address.port;
}

async function closed(server: Server): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await ended;
}
