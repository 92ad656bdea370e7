import { type APIAttachment, type APIMessage, MessageFlags, MessageType } from "discord.js";
import type { Changes } from "./changes.ts";
import { isJson, type Json, jsonOf, listOf, numberOf, textOf } from "./json.ts";
import type { World } from "./world.ts";

/** What the twin does not keep of a message. */
export interface Extras {
  readonly attachments?: readonly APIAttachment[];
  /** of the application whose interaction this message answers, and that interaction */
  readonly interaction?: { readonly applicationId: string; readonly metadata: Json };
  readonly isEphemeral?: boolean;
  readonly type?: MessageType;
  /** who is pinged without being named in the content: the author of the message replied to */
  readonly pingedId?: string;
}

/** Every message as Discord would give it: the twin's, completed with what the twin leaves out. */
export class MessageStore {
  readonly #messages = new Map<string, APIMessage>();
  readonly #writtenAt = new Map<string, number>();
  readonly #world: World;
  readonly #changes: Changes;

  constructor(world: World, changes: Changes) {
    this.#world = world;
    this.#changes = changes;
  }

  /** Takes over the twin's message, new or edited. Extras stay as they were unless given. */
  put(twins: unknown, extras: Extras = {}): APIMessage {
    const raw = jsonOf(twins);
    const before = this.#messages.get(textOf(raw["id"]));
    const { guild_id: _guild, member: _member, ...kept } = raw;
    const attachments = extras.attachments ?? before?.attachments ?? listOf(raw["attachments"]);
    const isEphemeral = extras.isEphemeral ?? ((before?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
    const completed = {
      ...kept,
      author: this.#world.userOf(textOf(jsonOf(raw["author"])["id"])),
      mentions: this.#mentions(raw, extras.pingedId),
      components: linkFiles(listOf(raw["components"]), attachments),
      embeds: linkFiles(listOf(raw["embeds"]), attachments),
      attachments,
      flags: numberOf(raw["flags"]) | (isEphemeral ? MessageFlags.Ephemeral : 0),
      type: extras.type ?? before?.type ?? (raw["message_reference"] ? MessageType.Reply : MessageType.Default),
      ...this.#reference(raw),
      ...this.#interaction(before, extras),
    };
    // The twin is untyped from here; it speaks Discord's shape, and the members above are what it lacks.
    const message = completed as unknown as APIMessage;
    this.#messages.set(message.id, message);
    this.#writtenAt.set(message.id, performance.now());
    this.#changes.tell();
    return message;
  }

  get(id: string): APIMessage | undefined {
    return this.#messages.get(id);
  }

  /** `performance.now()` of the last writing; 0 for a message that is not there */
  writtenAt(id: string): number {
    return this.#messages.has(id) ? (this.#writtenAt.get(id) ?? 0) : 0;
  }

  remove(id: string): void {
    this.#messages.delete(id);
    this.#changes.tell();
  }

  /** Oldest first, ephemeral ones among them. */
  in(channelId: string): readonly APIMessage[] {
    return [...this.#messages.values()].filter((message) => message.channel_id === channelId);
  }

  #mentions(raw: Json, pingedId = ""): readonly Json[] {
    const named = [...textOf(raw["content"]).matchAll(/<@!?(\d+)>/g)].map(([, id = ""]) => id).concat(pingedId);
    const known = new Set([this.#world.bot.id, ...this.#world.people.map(({ id }) => id)]);
    return [...new Set(named)].filter((id) => known.has(id)).map((id) => this.#world.userOf(id));
  }

  #interaction(before: APIMessage | undefined, { interaction }: Extras) {
    if (interaction) {
      const { applicationId, metadata } = interaction;
      return { application_id: applicationId, webhook_id: applicationId, interaction_metadata: metadata };
    }
    if (!before?.interaction_metadata) return {};
    const { application_id, webhook_id, interaction_metadata } = before;
    return { application_id, webhook_id, interaction_metadata };
  }

  #reference(raw: Json) {
    if (!raw["message_reference"]) return {};
    const { message_id: id } = jsonOf(raw["message_reference"]);
    return { referenced_message: this.#messages.get(textOf(id)) ?? null };
  }
}

const LOCAL = "attachment://";

/** "attachment://cover.png" becomes the file's address wherever it stands, as Discord answers it. */
function linkFiles(value: unknown, attachments: readonly (APIAttachment | Json)[]): unknown {
  if (Array.isArray(value)) return value.map((item) => linkFiles(item, attachments));
  if (!isJson(value)) return value;
  const linked = Object.entries(value).map(([key, member]) => [key, linkFiles(member, attachments)]);
  const name = textOf(value["url"]);
  const file = name.startsWith(LOCAL) && attachments.find(({ filename }) => `${LOCAL}${filename}` === name);
  return { ...Object.fromEntries(linked), ...(file ? { url: file.url, proxy_url: file.url } : {}) };
}
