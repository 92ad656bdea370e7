import { type APIMessage, InteractionResponseType, InteractionType } from "discord.js";
import { type Answer, answered, NOTHING, refusal } from "./answers.ts";
import type { BotMessages } from "./bot-messages.ts";
import { type BotRequest, bodyOf } from "./bot-request.ts";
import { ACKNOWLEDGE_WITHIN_MS, type Entry, type InteractionBook } from "./interaction-book.ts";
import { extrasOf, isEphemeralRequest } from "./interaction-extras.ts";
import { jsonOf, numberOf, textOf } from "./json.ts";
import type { MessageStore } from "./message-store.ts";
import type { Twin } from "./twin.ts";
import { isTooLarge } from "./uploads.ts";

const { ChannelMessageWithSource, DeferredChannelMessageWithSource, DeferredMessageUpdate, UpdateMessage } =
  InteractionResponseType;

/** The first answer to an interaction: once, and within 3 s. */
export class CallbackRequests {
  readonly #book: InteractionBook;
  readonly #messages: BotMessages;
  readonly #store: MessageStore;
  readonly #twin: Twin;

  constructor(book: InteractionBook, messages: BotMessages, store: MessageStore, twin: Twin) {
    this.#book = book;
    this.#messages = messages;
    this.#store = store;
    this.#twin = twin;
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
    const message = await this.#carryOut(entry, request);
    if (message === "deleted") return refusal(10008);
    if (query.get("with_response") !== "true") return NOTHING;
    return answered(withResponse(entry, numberOf(body["type"]), message));
  }

  async #carryOut(entry: Entry, request: BotRequest): Promise<APIMessage | null | "deleted"> {
    const body = bodyOf(request);
    const type = numberOf(body["type"]);
    const isUpdate = type === UpdateMessage;
    const before = isUpdate ? this.#store.get(entry.originalId ?? "") : undefined;
    if (isUpdate && !before) return "deleted";
    const path = `/interactions/${entry.id}/${entry.token}/callback`;
    const answer = await this.#twin.ask("POST", path, { ...body, data: jsonOf(body["data"]) });
    if (answer.status >= 300) throw new Error(`The twin refused a callback: ${JSON.stringify(answer)}`);
    if (type === DeferredChannelMessageWithSource) await this.#awaitOriginal(entry, request);
    if (type !== ChannelMessageWithSource && !isUpdate) return null;
    const row = jsonOf(
      await this.#twin.discord.prisma.interactionResponse.findUnique({ where: { interactionId: entry.id } }),
    );
    entry.originalId = textOf(row["messageId"]);
    return this.#messages.adopt({
      twinsPath: `/channels/${entry.channel.id}/messages/${entry.originalId}`,
      channelId: entry.channel.id,
      body: jsonOf(body["data"]),
      files: request.exchange.files,
      before,
      extras: isUpdate ? {} : extrasOf(entry, isEphemeralRequest(request)),
    });
  }

  /** The answer will be a message of its own; the twin would overwrite the one whose button was clicked. */
  async #awaitOriginal(entry: Entry, request: BotRequest): Promise<void> {
    entry.originalId = null;
    entry.isOriginalEphemeral = isEphemeralRequest(request);
    const { interactionResponse } = this.#twin.discord.prisma;
    await interactionResponse.update({ where: { interactionId: entry.id }, data: { messageId: null } });
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
