import { MessageFlags } from "discord.js";
import { everyComponent } from "../component-tree.ts";
import { type Json, jsonOf, listOf, numberOf, textOf } from "../json.ts";
import type { UploadedFile } from "../request-body.ts";
import { componentFindings } from "./component-rules.ts";
import { embedFindings } from "./embed-rules.ts";
import type { Finding } from "./finding.ts";

const MOST_CONTENT = 2_000;
const MOST_FILES = 10;
const LOCAL = "attachment://";

export interface MessageRequest {
  readonly body: Json;
  readonly files: readonly UploadedFile[];
  /** an edit may leave out what it keeps */
  readonly isEdit: boolean;
}

/** Rules on messages that Discord's description of its API leaves out, whichever way they are sent. */
export function messageFindings({ body, files, isEdit }: MessageRequest): readonly Finding[] {
  const isV2 = (numberOf(body["flags"]) & MessageFlags.IsComponentsV2) !== 0;
  const components = listOf(body["components"]);
  return [
    ...contentFindings(body, isV2),
    ...embedFindings(listOf(body["embeds"])),
    // An edit of a message of the new kind need not repeat the flag.
    ...componentFindings(components, isV2 || (isEdit && components.some(({ type }) => type !== 1))),
    ...fileFindings({ body, files, isEdit }),
    ...mentionFindings(body),
    ...(isEdit || !isEmpty(body, files) ? [] : [finding("empty-message", "", "Cannot send an empty message")]),
  ];
}

function contentFindings(body: Json, isV2: boolean): readonly Finding[] {
  const { length } = [...textOf(body["content"])];
  const isMixed = isV2 && (length > 0 || listOf(body["embeds"]).length > 0);
  return [
    ...(length > MOST_CONTENT ? [finding("content-too-long", "content", `${length} characters`)] : []),
    ...(isMixed ? [finding("mixed-with-components-v2", "", "neither content nor embeds beside Components v2")] : []),
  ];
}

/**
 * Each new attachment names an uploaded file, and whatever points at "attachment://name" finds one. Whether an edit that
 * keeps attachments still has it, only the message can tell (bot-messages.ts).
 */
function fileFindings({ body, files, isEdit }: MessageRequest): readonly Finding[] {
  const all = listOf(body["attachments"]);
  const listed = all.filter(({ id }) => textOf(id).length < 3 || typeof id === "number");
  const keepsOthers = isEdit && (body["attachments"] === undefined || listed.length < all.length);
  const lost = listed.filter(({ id }) => !files.some(({ index }) => index === Number(id)));
  const names = new Set(files.map(({ name }) => name));
  const dangling = keepsOthers ? [] : localReferences(body).filter((name) => !names.has(name));
  return [
    ...(files.length > MOST_FILES ? [finding("too-many-files", "attachments", `${files.length} files`)] : []),
    ...lost.map(({ id }) => finding("attachment-without-file", "attachments", `no part files[${id}]`)),
    ...dangling.map((name) => finding("dangling-attachment", "", `${LOCAL}${name} is not among the files`)),
  ];
}

/** Names of files that embeds and components point at. */
export function localReferences(body: Json): readonly string[] {
  const embeds = listOf(body["embeds"]).flatMap((embed) => [embed["image"], embed["thumbnail"]]);
  const media = everyComponent(listOf(body["components"])).flatMap((component) => [
    component["media"],
    component["file"],
    ...listOf(component["items"]).map((item) => item["media"]),
  ]);
  return [...embeds, ...media]
    .map((at) => textOf(jsonOf(at)["url"]))
    .filter((url) => url.startsWith(LOCAL))
    .map((url) => url.slice(LOCAL.length));
}

/** `allowedMentions: { parse: [], repliedUser: false }`, always: nobody is pinged by a song's name. */
function mentionFindings(body: Json): readonly Finding[] {
  const allowed = body["allowed_mentions"];
  const { parse, users = [], roles = [], replied_user: repliedUser } = jsonOf(allowed);
  const isNobody = [parse, users, roles].every((list) => Array.isArray(list) && list.length === 0);
  if (isNobody && repliedUser !== true) return [];
  return [{ ...finding("mentions-allowed", "allowed_mentions", "somebody could be pinged"), isHouseRule: true }];
}

function isEmpty(body: Json, files: readonly UploadedFile[]): boolean {
  const lists = [body["embeds"], body["components"], body["sticker_ids"]].flatMap((list) => listOf(list));
  return textOf(body["content"]).trim() === "" && lists.length === 0 && files.length === 0 && !body["poll"];
}

function finding(rule: string, at: string, message: string): Finding {
  return { rule, at, message };
}
