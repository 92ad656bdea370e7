import type { Metrics } from "../metrics.ts";

export interface Answered {
  /** the pattern, never the address itself: ids would make a series each */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

/** Counts what was answered. */
export interface HttpMeter {
  answered(answer: Answered): void;
}

/** Adds the service's own numbers to the page of metrics. */
export function openHttpMeter(metrics: Metrics): HttpMeter {
  const labels = ["route", "method", "status"] as const;
  const requests = metrics.counter("opfind_http_requests_total", "Requests that were answered", labels);
  const durations = metrics.histogram("opfind_http_request_duration_seconds", "How long answers take", {
    labels: ["route"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.5, 1, 2.5, 10, 60],
  });
  return {
    answered({ route, method, status, seconds }) {
      requests.inc({ route, method, status: String(status) });
      durations.observe({ route }, seconds);
    },
  };
}
