import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { App } from "./app.ts";
import type { ProcessFacts } from "./process-facts.ts";

const info = z.object({
  name: z.literal("opfind"),
  version: z.string(),
  description: z.string(),
  documentation: z.string(),
  openapi: z.string(),
});

/** A file of the web page, read once. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** The files of the web page by their path; "/" is the page itself. */
export type WebPage = ReadonlyMap<string, PageFile>;

interface Deps {
  readonly processFacts: () => ProcessFacts;
  readonly page: WebPage;
}

/** `GET /`: the web page for people, the service's name card for programs, by what they accept. */
export function rootRoute(app: App, { processFacts, page }: Deps): void {
  app.route({
    method: "GET",
    url: "/",
    config: { role: "anyone" },
    schema: { operationId: "service", summary: "What this is", tags: ["operation"], response: { 200: info } },
    handler: async (request, reply) => {
      reply.header("vary", "accept");
      const start = page.get("/");
      if (start && /\btext\/html\b/.test(request.headers.accept ?? "")) return sendFile(reply, start);
      return {
        name: "opfind" as const,
        version: processFacts().version,
        description: "Show it an anime poster, get the anime and every opening and ending song of all its seasons.",
        documentation: "/docs",
        openapi: "/openapi.json",
      };
    },
  });
  for (const [url, file] of page) {
    if (url === "/") continue;
    const config = { role: "anyone", cost: 0 } as const;
    app.route({ method: "GET", url, config, schema: { hide: true }, handler: (_, reply) => sendFile(reply, file) });
  }
}

/** A buffer goes out as it is. */
function sendFile(reply: FastifyReply, { type, bytes }: PageFile): FastifyReply {
  return reply.type(type).header("cache-control", "no-cache").send(bytes);
}
