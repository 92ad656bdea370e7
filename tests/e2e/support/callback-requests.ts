import { type APIMessage, InteractionResponseType, InteractionType } from "discord.js";
import { type Answer, answered, NOTHING, refusal } from "./answers.ts";
import type { BotMessages, Written } from "./bot-messages.ts";
import { type BotRequest, bodyOf } from "./bot-request.ts";
import { ACKNOWLEDGE_WITHIN_MS, type Entry, type InteractionBook } from "./interaction-book.ts";
import { extrasOf, isEphemeralRequest } from "./interaction-extras.ts";
import { jsonOf, numberOf } from "./json.ts";
import type { MessageStore } from "./message-store.ts";
import { isTooLarge } from "./uploads.ts";

const { ChannelMessageWithSource, DeferredChannelMessageWithSource, DeferredMessageUpdate, UpdateMessage } =
  InteractionResponseType;

/** The first answer to an interaction: once, and within 3 s. */
export class CallbackRequests {
  readonly #book: InteractionBook;
  readonly #messages: BotMessages;
  readonly #store: MessageStore;

  constructor(book: InteractionBook, messages: BotMessages, store: MessageStore) {
    this.#book = book;
    this.#messages = messages;
    this.#store = store;
  }

  async answer(request: BotRequest): Promise<Answer> {
    const entry = this.#book.byId(request.param("interaction"));
    const { at, files, query } = request.exchange;
    const isLate = entry && this.#book.ageMs(entry, at) > ACKNOWLEDGE_WITHIN_MS;
    if (!entry || isLate || entry.token !== request.param("token")) return refusal(10062);
    if (entry.acknowledgedAt !== null) return refusal(40060);
    const body = bodyOf(request);
    if (!isPossible(entry, numberOf(body["type"]))) return refusal(50035);
    if (isTooLarge(files)) return refusal(40005);
    this.#book.acknowledge(entry, body, at);
    const written = await this.#carryOut(entry, request);
    if (written && "refused" in written) return written.refused;
    if (query.get("with_response") !== "true") return NOTHING;
    return answered(withResponse(entry, numberOf(body["type"]), written?.message ?? null));
  }

  async #carryOut(entry: Entry, request: BotRequest): Promise<Written | null> {
    const { files } = request.exchange;
    const { type, data } = bodyOf(request);
    const messages = `/channels/${entry.channel.id}/messages`;
    const writing = { channelId: entry.channel.id, body: jsonOf(data), files };
    switch (type) {
      case ChannelMessageWithSource: {
        const extras = extrasOf(entry, isEphemeralRequest(request));
        const written = await this.#messages.write({ ...writing, method: "POST", path: messages, extras });
        if ("message" in written) entry.originalId = written.message.id;
        return written;
      }
      case UpdateMessage: {
        const before = this.#store.get(entry.originalId ?? "");
        if (!before) return { refused: refusal(10008) };
        return this.#messages.write({ ...writing, method: "PATCH", path: `${messages}/${before.id}`, before });
      }
      case DeferredChannelMessageWithSource:
        entry.originalId = null;
        entry.isOriginalEphemeral = isEphemeralRequest(request);
        return null;
      default:
        return null;
    }
  }
}

/** Which answers fit which interaction: a button may update its message, only a typed option gets suggestions. */
function isPossible({ type, originalId }: Entry, callback: number): boolean {
  const isSuggestion = callback === InteractionResponseType.ApplicationCommandAutocompleteResult;
  if (type === InteractionType.ApplicationCommandAutocomplete || isSuggestion) {
    return type === InteractionType.ApplicationCommandAutocomplete && isSuggestion;
  }
  if (callback === InteractionResponseType.Modal) return type !== InteractionType.ModalSubmit;
  if (callback === DeferredMessageUpdate || callback === UpdateMessage) return originalId !== null;
  return callback === ChannelMessageWithSource || callback === DeferredChannelMessageWithSource;
}

function withResponse(entry: Entry, type: number, message: APIMessage | null) {
  return {
    interaction: {
      id: entry.id,
      type: entry.type,
      response_message_id: message?.id ?? entry.originalId ?? undefined,
      response_message_loading: type === DeferredChannelMessageWithSource,
      response_message_ephemeral: entry.isOriginalEphemeral,
    },
    resource: { type, ...(message ? { message } : {}) },
  };
}
