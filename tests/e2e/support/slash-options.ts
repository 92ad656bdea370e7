import { type APIAttachment, ApplicationCommandOptionType } from "discord.js";
import type { Cdn, FileToSend } from "./cdn.ts";
import { type Json, listOf, textOf } from "./json.ts";

export type OptionValue = string | number | boolean | FileToSend | APIAttachment;

export interface Typed {
  readonly command: Json;
  /** after the command's name: ["undo"] for "/posters undo" */
  readonly path: readonly string[];
  readonly values: Readonly<Record<string, OptionValue>>;
  /** the option that the person is typing in */
  readonly focused?: string;
}

/** What a person typed after a slash, as Discord sends it: values by the types of the command's definition. */
export async function slashData(typed: Typed, cdn: Cdn, channelId: string): Promise<Json> {
  const { command, path, values, focused } = typed;
  const leaf = leafOf(command, path);
  const attachments: Record<string, APIAttachment> = {};
  const options: Json[] = [];
  for (const [name, given] of Object.entries(values)) {
    const definition = namedIn(leaf, name);
    const type = definition["type"];
    const isFocused = focused === name ? { focused: true } : {};
    const file = type === ApplicationCommandOptionType.Attachment ? await attach(given, cdn, channelId) : null;
    if (file) attachments[file.id] = file;
    options.push({ name, type, value: file?.id ?? given, ...isFocused });
  }
  if (focused === undefined) refuseIncomplete(leaf, values);
  return {
    id: command["id"],
    name: command["name"],
    type: command["type"] ?? 1,
    options: nested(path, command, options),
    ...(Object.keys(attachments).length > 0 ? { resolved: { attachments } } : {}),
  };
}

function leafOf(command: Json, path: readonly string[]): Json {
  return path.reduce((entry, name) => namedIn(entry, name), command);
}

function namedIn(entry: Json, name: string): Json {
  const found = listOf(entry["options"]).find((option) => option["name"] === name);
  if (!found) throw new RangeError(`"${textOf(entry["name"])}" has no option "${name}"`);
  return found;
}

async function attach(given: OptionValue, cdn: Cdn, channelId: string): Promise<APIAttachment> {
  if (typeof given !== "object") throw new TypeError("an attachment option takes a file");
  return "url" in given ? given : cdn.attach(channelId, given);
}

function refuseIncomplete(leaf: Json, values: Readonly<Record<string, unknown>>): void {
  const missing = listOf(leaf["options"]).find(
    (option) => option["required"] === true && !(textOf(option["name"]) in values),
  );
  if (missing) throw new RangeError(`Discord would not send this without the option "${textOf(missing["name"])}"`);
}

function nested(path: readonly string[], entry: Json, options: readonly Json[]): readonly Json[] {
  const [name, ...rest] = path;
  if (name === undefined) return options;
  const definition = namedIn(entry, name);
  return [{ name, type: definition["type"], options: nested(rest, definition, options) }];
}
