import type { APIMessage } from "discord.js";
import { type Answer, answered, refusal } from "./answers.ts";
import { type BotMessages, isEphemeral, type Written } from "./bot-messages.ts";
import { type BotRequest, bodyOf } from "./bot-request.ts";
import { jsonOf, listOf, textOf } from "./json.ts";
import type { MessageStore } from "./message-store.ts";
import { isTooLarge } from "./uploads.ts";
import { type Channel, type PermissionName, permissionBits, type World } from "./world.ts";

const MOST_LISTED = 50;

/** Messages in channels, with the permissions that the bot has there. */
export class ChannelRequests {
  readonly #world: World;
  readonly #messages: BotMessages;
  readonly #store: MessageStore;

  constructor(world: World, messages: BotMessages, store: MessageStore) {
    this.#world = world;
    this.#messages = messages;
    this.#store = store;
  }

  async create(request: BotRequest): Promise<Answer> {
    const channel = this.#world.findChannel(request.param("channel"));
    if (!channel) return refusal(10003);
    const body = bodyOf(request);
    const { files } = request.exchange;
    const refused = this.#mayNot(channel, neededFor(request)) ?? this.#replyRefused(channel, request);
    if (refused) return refused;
    if (isTooLarge(files)) return refusal(40005);
    const { message_reference: reference, ...rest } = body;
    const isReply = this.#store.get(textOf(jsonOf(reference)["message_id"])) !== undefined;
    const sent = isReply ? body : rest;
    const path = `/channels/${channel.id}/messages`;
    return messageOf(await this.#messages.write({ method: "POST", path, channelId: channel.id, body: sent, files }));
  }

  async edit(request: BotRequest): Promise<Answer> {
    const found = this.#find(request);
    if ("refused" in found) return found.refused;
    const { channel, message } = found;
    const refused = this.#mayNot(channel, request.exchange.files.length > 0 ? ["AttachFiles"] : []);
    if (refused) return refused;
    if (message.author.id !== this.#world.bot.id) return refusal(50005);
    const { files } = request.exchange;
    if (isTooLarge(files)) return refusal(40005);
    const path = `/channels/${channel.id}/messages/${message.id}`;
    return messageOf(
      await this.#messages.write({
        method: "PATCH",
        path,
        channelId: channel.id,
        body: bodyOf(request),
        files,
        before: message,
      }),
    );
  }

  async remove(request: BotRequest): Promise<Answer> {
    const found = this.#find(request);
    if ("refused" in found) return found.refused;
    const { channel, message } = found;
    if (message.author.id !== this.#world.bot.id) return refusal(50013);
    return this.#messages.remove(`/channels/${channel.id}/messages/${message.id}`, message);
  }

  async get(request: BotRequest): Promise<Answer> {
    const found = this.#find(request);
    if ("refused" in found) return found.refused;
    return this.#mayNot(found.channel, ["ReadMessageHistory"]) ?? answered(found.message);
  }

  async list(request: BotRequest): Promise<Answer> {
    const channel = this.#world.findChannel(request.param("channel"));
    if (!channel) return refusal(10003);
    const refused = this.#mayNot(channel, ["ReadMessageHistory"]);
    if (refused) return refused;
    const limit = Number(request.exchange.query.get("limit") ?? MOST_LISTED);
    const seen = this.#store.in(channel.id).filter((message) => !isEphemeral(message));
    return answered(seen.slice(-limit).reverse());
  }

  /** Through a channel, an ephemeral message does not exist. */
  #find(request: BotRequest): { channel: Channel; message: APIMessage } | { refused: Answer } {
    const channel = this.#world.findChannel(request.param("channel"));
    if (!channel) return { refused: refusal(10003) };
    const message = this.#store.get(request.param("message"));
    const refused = this.#mayNot(channel, []);
    if (refused) return { refused };
    if (message?.channel_id !== channel.id || isEphemeral(message)) return { refused: refusal(10008) };
    return { channel, message };
  }

  #mayNot(channel: Channel, needed: readonly PermissionName[]): Answer | null {
    const guild = channel.guildId === null ? null : this.#world.guild(channel.guildId);
    const allowed = this.#world.botPermissionsIn(channel);
    const lacks = (names: readonly PermissionName[]) => (permissionBits(names) & ~allowed) !== 0n;
    if (guild?.isBotMember === false || lacks(["ViewChannel"])) return refusal(50001);
    return lacks(needed) ? refusal(50013) : null;
  }

  #replyRefused(channel: Channel, request: BotRequest): Answer | null {
    const reference = jsonOf(bodyOf(request)["message_reference"]);
    if (reference["message_id"] === undefined) return null;
    if (this.#mayNot(channel, ["ReadMessageHistory"])) return refusal(160002);
    const isThere = this.#store.get(textOf(reference["message_id"])) !== undefined;
    if (isThere || reference["fail_if_not_exists"] === false) return null;
    return refusal(50035, {
      message_reference: { _errors: [{ code: "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", message: "Unknown message" }] },
    });
  }
}

function neededFor(request: BotRequest): readonly PermissionName[] {
  return [
    "SendMessages",
    ...(listOf(bodyOf(request)["embeds"]).length > 0 ? ["EmbedLinks" as const] : []),
    ...(request.exchange.files.length > 0 ? ["AttachFiles" as const] : []),
  ];
}

function messageOf(written: Written): Answer {
  return "refused" in written ? written.refused : answered(written.message);
}
