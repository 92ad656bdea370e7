import { OpfindError } from "../errors.ts";
import type { Fetch } from "./polite-fetch.ts";
import { sourceFailure } from "./source-failure.ts";

interface Server {
  readonly fetch: Fetch;
  /** its name in sentences */
  readonly service: string;
}

/** The bytes at a URL, not looked into yet. @throws OpfindError cover-missing | source-other-shape | like `fetch` */
export async function pictureFrom(url: string, { fetch, service }: Server, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { signal });
  const { status } = response;
  if (status === 404 || status === 410) throw new OpfindError("cover-missing", `There is no picture at ${url}.`);
  if (!response.ok) {
    throw sourceFailure(service, "source-other-shape", { because: `it answered with status ${status}`, status });
  }
  return new Uint8Array(await response.arrayBuffer());
}
