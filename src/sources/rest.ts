import type { z } from "zod";
import type { Fetch } from "./polite-fetch.ts";
import { sourceFailure } from "./source-failure.ts";

/** A GET with the shape of its answer. */
export interface RestQuestion<T> {
  readonly service: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer: z.ZodType<T>;
}

/**
 * @returns null when the service says that there is no such thing (404)
 * @throws OpfindError source-down | source-throttled | source-refused | source-timeout | source-other-shape | aborted
 */
export async function getJson<T>(fetch: Fetch, question: RestQuestion<T>, signal: AbortSignal): Promise<T | null> {
  const { service, url, headers, answer } = question;
  // Own headers may be credentials, which fetch would carry along to whatever host a redirect names.
  const redirect = headers ? "error" : "follow";
  const response = await fetch(url, { headers: { accept: "application/json", ...headers }, redirect, signal });
  const { status } = response;
  if (status === 404) return null;
  if (status === 401)
    throw sourceFailure(service, "source-refused", { because: "it answered with status 401", status });
  if (!response.ok) throw sourceFailure(service, "source-other-shape", { because: `status ${status}`, status });
  const body = answer.safeParse(parseJson(await response.text(), service));
  if (body.success) return body.data;
  const [issue] = body.error.issues;
  const because = issue ? `${issue.path.join(".")}: ${issue.message}` : "no data";
  throw sourceFailure(service, "source-other-shape", { because, cause: body.error });
}

function parseJson(text: string, service: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw sourceFailure(service, "source-other-shape", { because: "its answer is no JSON", cause });
  }
}
