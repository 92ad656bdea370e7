import type { Role } from "../domain/api-key.ts";
import type { App } from "./app.ts";

/** The page that Prometheus reads; metrics.ts writes it. */
export interface MetricsPage {
  readonly contentType: string;
  text(): Promise<string>;
}

interface Deps {
  readonly metrics: MetricsPage;
  readonly metricsRole: Role | "anyone";
}

/** `GET /metrics` for Prometheus. */
export function metricsRoute(app: App, { metrics, metricsRole }: Deps): void {
  app.route({
    method: "GET",
    url: "/metrics",
    config: { role: metricsRole, cost: 0 },
    schema: { operationId: "metrics", summary: "Metrics in Prometheus' text format", tags: ["operation"], hide: true },
    handler: async (_, reply) => {
      reply.type(metrics.contentType);
      return await metrics.text();
    },
  });
}
