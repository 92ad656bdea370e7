import type { APIAttachment, APIMessage } from "discord.js";
import type { Cdn } from "./cdn.ts";
import { type Json, listOf, textOf } from "./json.ts";
import type { UploadedFile } from "./request-body.ts";

/** https://docs.discord.com/developers/reference#uploading-files, the default of a server without boosts */
export const MOST_UPLOAD_BYTES = 10 * 1024 * 1024;

export interface Upload {
  readonly body: Json;
  readonly files: readonly UploadedFile[];
  readonly channelId: string;
  /** the message that is edited */
  readonly before?: APIMessage | undefined;
}

export function isTooLarge(files: readonly UploadedFile[]): boolean {
  return files.some(({ bytes }) => bytes.byteLength > MOST_UPLOAD_BYTES);
}

/** The attachments that a message has after a request: those kept, and the files that came with it. */
export async function attachmentsAfter(cdn: Cdn, upload: Upload): Promise<readonly APIAttachment[]> {
  const { body, files, channelId, before } = upload;
  const listed = listOf(body["attachments"]);
  const isNamed = (id: string) => listed.some((entry) => String(entry["id"]) === id);
  // An edit without a list keeps everything; with one, it keeps what it lists.
  const kept = (before?.attachments ?? []).filter(({ id }) => body["attachments"] === undefined || isNamed(id));
  const added = files.map(({ index, name, bytes }) => {
    const description = textOf(listed.find(({ id }) => Number(id) === index)?.["description"]);
    return cdn.attach(channelId, { name, bytes, description });
  });
  return [...kept, ...(await Promise.all(added))];
}
