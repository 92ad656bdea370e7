import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { drawing } from "./images.ts";

export interface CoverServer {
  /** value for OPFIND_COVER_HOSTS */
  readonly host: string;
  readonly urlOf: (anilistId: number) => string;
  /** ids that were asked for, oldest first */
  readonly asked: readonly number[];
  readonly userAgents: ReadonlySet<string>;
}

/** Serves a drawn cover for every id, but what a test says instead: a status, or other bytes. */
export async function startCovers(instead: Readonly<Record<number, number | string>> = {}): Promise<CoverServer> {
  const asked: number[] = [];
  const userAgents = new Set<string>();
  const server = createServer(async ({ url = "", headers }, answer) => {
    const id = Number(/(\d+)\.png$/.exec(url)?.[1]);
    asked.push(id);
    userAgents.add(headers["user-agent"] ?? "");
    const other = instead[id];
    if (typeof other === "number") answer.writeHead(other).end();
    else answer.writeHead(200, { "content-type": "image/png" }).end(other ?? (await coverOf(id)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // A TCP server's address is never a string or null while it listens.
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return { host, urlOf: (id) => `http://${host}/cover/large/${id}.png`, asked, userAgents };
}

/** The bytes of an anime's cover, always the same. */
export function coverOf(anilistId: number): Promise<Uint8Array> {
  return drawing(60, 86, anilistId).png().toBuffer();
}
