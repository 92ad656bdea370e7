import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import type { App } from "./app.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { readinessOf } from "./readiness.ts";

const live = z.object({ status: z.literal("live") });
const readiness = z.object({ status: z.enum(["ready", "not-ready"]) });

interface Deps {
  readonly resident: Pick<Resident, "facts">;
  readonly processFacts: () => ProcessFacts;
}

/** `GET /health` says that the process answers, `GET /ready` whether to send it requests. They cost no points. */
export function healthRoutes(app: App, deps: Deps): void {
  app.route({
    method: "GET",
    url: "/health",
    config: { role: "anyone", cost: 0 },
    schema: { operationId: "health", summary: "It answers", tags: ["operation"], response: { 200: live } },
    handler: async () => ({ status: "live" as const }),
  });
  app.route({
    method: "GET",
    url: "/ready",
    config: { role: "anyone", cost: 0 },
    schema: {
      operationId: "ready",
      summary: "It may be sent requests; 503 when not",
      tags: ["operation"],
      response: { 200: readiness, 503: readiness },
    },
    handler: async (_, reply) => {
      const { isReady } = await readinessOf(deps);
      if (!isReady) reply.code(503);
      return { status: isReady ? ("ready" as const) : ("not-ready" as const) };
    },
  });
}
