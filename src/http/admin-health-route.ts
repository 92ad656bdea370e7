import { z } from "zod";
import type { Resident } from "../pipeline/resident.ts";
import type { App } from "./app.ts";
import { PROBLEMS } from "./problem-schema.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { readinessOf } from "./readiness.ts";

const part = z.object({ name: z.string(), isWell: z.boolean(), detail: z.string() });
const answer = z.object({ isReady: z.boolean(), parts: z.array(part).readonly() });

interface Deps {
  readonly resident: Pick<Resident, "facts">;
  readonly processFacts: () => ProcessFacts;
}

/** `GET /api/v1/admin/health`: the parts that `/ready` sums up. */
export function adminHealthRoute(app: App, deps: Deps): void {
  app.route({
    method: "GET",
    url: "/api/v1/admin/health",
    config: { role: "admin" },
    schema: {
      operationId: "adminHealth",
      summary: "Which part works, and which does not",
      tags: ["admin"],
      response: { 200: answer, ...PROBLEMS },
    },
    handler: async () => await readinessOf(deps),
  });
}
