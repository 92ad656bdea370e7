import { Client, type CombinedError, fetchExchange, type OperationResult } from "@urql/core";
import type { z } from "zod";
import { orAborted } from "../abort.ts";
import { OpfindError } from "../errors.ts";
import type { Fetch } from "./polite-fetch.ts";
import { abortedFailure, sourceFailure } from "./source-failure.ts";

/** A query with the shape of its answer. Both live in one file with the URL of their documentation. */
export interface Question<T> {
  /** the service's name in sentences */
  readonly service: string;
  readonly document: string;
  readonly answer: z.ZodType<T>;
  /** undefined and null are left out: AniList answers an explicit null list with 500 */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** POST only (AniList takes nothing else), no cache of urql's (it never forgets), headers besides the usual ones. */
export function openGraphql(url: string, fetch: Fetch, headers: Readonly<Record<string, string>> = {}): Client {
  return new Client({
    url,
    fetch,
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetchOptions: { headers: { accept: "application/json", ...headers } },
  });
}

/**
 * Asks once. Aborting the signal stops the request itself.
 * @throws OpfindError source-down | source-throttled | source-refused | source-timeout | source-other-shape | aborted
 */
export async function ask<T>(client: Client, question: Question<T>, signal: AbortSignal): Promise<T> {
  const { service, answer } = question;
  const { data, error } = await send(client, question, signal);
  if (error && !isNotFound(error, data)) throw explain(error, service);
  const body = answer.safeParse(data);
  if (body.success) return body.data;
  const [issue] = body.error.issues;
  const where = issue ? `${issue.path.join(".")}: ${issue.message}` : "no data";
  throw sourceFailure(service, "source-other-shape", { because: where, cause: body.error });
}

/**
 * urql overwrites the signal of its fetch options; unsubscribing is what cancels. It also has to end every question:
 * a query left subscribed hands its old result, marked stale, to whoever asks the same again.
 */
function send<T>(client: Client, { document, variables }: Question<T>, signal: AbortSignal): Promise<OperationResult> {
  if (signal.aborted) throw abortedFailure(signal);
  const given = Object.entries(variables).filter(([, value]) => value !== null && value !== undefined);
  const source = client.query(document, Object.fromEntries(given), { requestPolicy: "network-only" });
  let end = () => {};
  const answer = new Promise<OperationResult>((resolve) => {
    const { unsubscribe } = source.subscribe((result) => {
      if (!result.stale) resolve(result);
    });
    end = unsubscribe;
  });
  return orAborted(answer, signal, () => abortedFailure(signal)).finally(() => end());
}

/** AniList says "there is no such anime" with 404 and `{ Media: null }`: an answer, whose shape has a null for it. */
function isNotFound({ response }: CombinedError, data: unknown): boolean {
  return statusOf(response) === 404 && data !== null && data !== undefined;
}

function explain({ networkError, graphQLErrors, response }: CombinedError, service: string): Error {
  if (networkError instanceof OpfindError) return networkError;
  if (networkError) {
    return sourceFailure(service, "source-other-shape", { because: "its answer is no JSON", cause: networkError });
  }
  const status = statusOf(response);
  const said = graphQLErrors.map(({ message }) => message).join(" ") || "it gave no reason";
  const because = said.replace(/[.\s]+$/, "").slice(0, 300);
  if (status === 401) return sourceFailure(service, "source-refused", { because, status });
  if (/internal server error/i.test(said)) return sourceFailure(service, "source-down", { because, status });
  return sourceFailure(service, "source-other-shape", { because, status });
}

/** urql types the response as any. */
function statusOf(response: unknown): number {
  return response instanceof Response ? response.status : 0;
}
