import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

/** A failure as RFC 9457 writes it, with opfind's code. */
export type Problem = components["schemas"]["Problem"];
export type OpfindClient = Client<paths>;

export interface ClientOptions {
  /** where the service listens, "https://opfind.example.org" */
  readonly baseUrl: string;
  /** made by `opfind keys create`; left out where the service is open */
  readonly apiKey?: string;
}

/**
 * Opens a client whose paths, bodies and answers are typed by the OpenAPI document. Each call resolves to
 * `{ data }` or `{ error }`, and rejects only when nothing answers.
 */
export function openOpfindClient({ baseUrl, apiKey }: ClientOptions): OpfindClient {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  return createClient<paths>({ baseUrl, headers });
}

/**
 * The body of every call that takes a picture as a file: `client.POST("/api/v1/identify", pictureForm(picture))`.
 * @param fields what the route takes besides, numbers and flags as text
 */
export function pictureForm<Fields extends Readonly<Record<string, string>>>(picture: Blob, fields?: Fields) {
  const form = new FormData();
  form.set("image", picture);
  for (const [name, value] of Object.entries(fields ?? {})) form.set(name, value);
  // The types describe the form's fields; what is sent is the form itself.
  return { body: fields ?? {}, bodySerializer: () => form };
}
