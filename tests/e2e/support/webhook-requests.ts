import { type APIMessage, InteractionResponseType } from "discord.js";
import { type Answer, answered, NOTHING, refusal } from "./answers.ts";
import type { BotMessages } from "./bot-messages.ts";
import { type BotRequest, bodyOf } from "./bot-request.ts";
import { type Entry, type InteractionBook, TOKEN_LIVES_MS } from "./interaction-book.ts";
import { extrasOf, isEphemeralRequest } from "./interaction-extras.ts";
import type { MessageStore } from "./message-store.ts";
import { isTooLarge } from "./uploads.ts";

/** https://docs.discord.com/developers/interactions/receiving-and-responding: for a guild without the app */
const MOST_FOLLOW_UPS_OF_USER_INSTALL = 5;
const ORIGINAL = "@original";

/** What comes after the first answer, for as long as the interaction's token lives. */
export class WebhookRequests {
  readonly #book: InteractionBook;
  readonly #messages: BotMessages;
  readonly #store: MessageStore;

  constructor(book: InteractionBook, messages: BotMessages, store: MessageStore) {
    this.#book = book;
    this.#messages = messages;
    this.#store = store;
  }

  async followUp(request: BotRequest): Promise<Answer> {
    const entry = this.#entryOf(request);
    if ("status" in entry) return entry;
    if (entry.isUserInstall && entry.followUpIds.length >= MOST_FOLLOW_UPS_OF_USER_INSTALL) return refusal(40094);
    const { files } = request.exchange;
    if (isTooLarge(files)) return refusal(40005);
    const isFirst = isWaiting(entry);
    const isEphemeral = isFirst ? entry.isOriginalEphemeral : isEphemeralRequest(request);
    const written = await this.#messages.write({
      method: "POST",
      path: `/channels/${entry.channel.id}/messages`,
      channelId: entry.channel.id,
      body: bodyOf(request),
      files,
      extras: extrasOf(entry, isEphemeral),
    });
    if ("refused" in written) return written.refused;
    entry.followUpIds.push(written.message.id);
    // The first follow-up to a deferred answer is that answer.
    if (isFirst) entry.originalId = written.message.id;
    return answered(written.message);
  }

  async edit(request: BotRequest): Promise<Answer> {
    const entry = this.#entryOf(request);
    if ("status" in entry) return entry;
    const { files } = request.exchange;
    if (isTooLarge(files)) return refusal(40005);
    const isFirst = request.param("message") === ORIGINAL && isWaiting(entry);
    const before = this.#messageOf(entry, request);
    if (!before && !isFirst) return refusal(10008);
    const messages = `/channels/${entry.channel.id}/messages`;
    const written = await this.#messages.write({
      // A deferred answer becomes a message with its first edit.
      ...(before ? { method: "PATCH", path: `${messages}/${before.id}` } : { method: "POST", path: messages }),
      channelId: entry.channel.id,
      body: bodyOf(request),
      files,
      before,
      extras: isFirst ? extrasOf(entry, entry.isOriginalEphemeral) : {},
    });
    if ("refused" in written) return written.refused;
    if (isFirst) entry.originalId = written.message.id;
    return answered(written.message);
  }

  async get(request: BotRequest): Promise<Answer> {
    const entry = this.#entryOf(request);
    if ("status" in entry) return entry;
    const message = this.#messageOf(entry, request);
    return message ? answered(message) : refusal(10008);
  }

  async remove(request: BotRequest): Promise<Answer> {
    const entry = this.#entryOf(request);
    if ("status" in entry) return entry;
    const message = this.#messageOf(entry, request);
    // A deferred answer that is taken back before it was given leaves nothing behind.
    if (!message) return isWaiting(entry) ? NOTHING : refusal(10008);
    return this.#messages.remove(`/channels/${entry.channel.id}/messages/${message.id}`, message);
  }

  #entryOf(request: BotRequest): Entry | Answer {
    const entry = this.#book.byToken(request.param("token"));
    if (!entry) return refusal(50027);
    if (this.#book.ageMs(entry, request.exchange.at) > TOKEN_LIVES_MS) return refusal(50027);
    return entry.acknowledgedAt === null ? refusal(10015) : entry;
  }

  #messageOf(entry: Entry, request: BotRequest): APIMessage | undefined {
    const id = request.param("message");
    if (id === ORIGINAL) return this.#store.get(entry.originalId ?? "");
    return entry.followUpIds.includes(id) || entry.originalId === id ? this.#store.get(id) : undefined;
  }
}

/** "Opfind is thinking…" */
function isWaiting({ callback, originalId }: Entry): boolean {
  return callback?.["type"] === InteractionResponseType.DeferredChannelMessageWithSource && originalId === null;
}
