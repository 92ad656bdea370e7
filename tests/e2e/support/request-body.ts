import { jsonOf, parseJson } from "./json.ts";

export interface UploadedFile {
  /** n of the part's name, "files[n]" */
  readonly index: number;
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface RequestBody {
  readonly json: unknown;
  readonly files: readonly UploadedFile[];
}

/**
 * Discord takes JSON, or a form whose part "payload_json" is the JSON and whose parts "files[n]" are the files.
 * https://docs.discord.com/developers/reference#uploading-files
 */
export async function readBody(bytes: Uint8Array, contentType: string): Promise<RequestBody> {
  if (!contentType.startsWith("multipart/form-data")) {
    return { json: parseJson(Buffer.from(bytes).toString("utf8")), files: [] };
  }
  const form = await new Response(bytes, { headers: { "content-type": contentType } }).formData();
  const files: UploadedFile[] = [];
  for (const [part, value] of form.entries()) {
    const index = /^files\[(\d+)\]$/.exec(part)?.[1];
    if (index === undefined || typeof value === "string") continue;
    files.push({ index: Number(index), name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  const payload = form.get("payload_json");
  return { json: typeof payload === "string" ? jsonOf(parseJson(payload)) : {}, files };
}
