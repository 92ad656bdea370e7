import { type APIMessage, MessageFlags } from "discord.js";
import { type Answer, refusal } from "./answers.ts";
import type { Cdn } from "./cdn.ts";
import type { Gateway } from "./gateway.ts";
import { type Json, numberOf } from "./json.ts";
import type { Extras, MessageStore } from "./message-store.ts";
import type { UploadedFile } from "./request-body.ts";
import { localReferences } from "./rules/message-rules.ts";
import type { Twin } from "./twin.ts";
import { attachmentsAfter } from "./uploads.ts";

export interface Writing {
  readonly method: "POST" | "PATCH";
  /** of the twin's route */
  readonly path: string;
  readonly channelId: string;
  readonly body: Json;
  readonly files: readonly UploadedFile[];
  readonly before?: APIMessage | undefined;
  readonly extras?: Extras;
}

export type Written = { readonly message: APIMessage } | { readonly refused: Answer };

/** Writes the bot's messages into the twin, files and all, and tells the gateway. */
export class BotMessages {
  readonly #twin: Twin;
  readonly #cdn: Cdn;
  readonly #store: MessageStore;
  readonly #gateway: Gateway;

  constructor(twin: Twin, cdn: Cdn, store: MessageStore, gateway: Gateway) {
    this.#twin = twin;
    this.#cdn = cdn;
    this.#store = store;
    this.#gateway = gateway;
  }

  async write({ method, path, channelId, body, files, before, extras = {} }: Writing): Promise<Written> {
    const attachments = await attachmentsAfter(this.#cdn, { body, files, channelId, before });
    const names = attachments.map(({ filename }) => filename);
    const lost = localReferences(body).find((name) => !names.includes(name));
    if (lost !== undefined) return { refused: refusal(50035, { _errors: [{ code: "DANGLING", message: lost }] }) };
    const answer = await this.#twin.ask(method, path, plain(body, before));
    if (answer.status >= 300) return { refused: answer };
    const message = this.#store.put(answer.body, { ...extras, attachments });
    // Nobody but the person sees an ephemeral message: not even its author hears of it over the gateway.
    if (!isEphemeral(message)) this.#gateway.messageWritten(message);
    return { message };
  }

  async remove(path: string, message: APIMessage): Promise<Answer> {
    const answer = await this.#twin.ask("DELETE", path);
    if (answer.status < 300) {
      this.#store.remove(message.id);
      if (!isEphemeral(message)) this.#gateway.messageDeleted(message);
    }
    return answer;
  }
}

export function isEphemeral({ flags = 0 }: { readonly flags?: number | undefined }): boolean {
  return (flags & MessageFlags.Ephemeral) !== 0;
}

/** The twin takes null for "leave it", Discord for "empty it"; and no edit makes a message ephemeral or public. */
function plain(body: Json, before: APIMessage | undefined): Json {
  const emptied = Object.entries({ content: "", embeds: [], components: [] })
    .filter(([key]) => body[key] === null)
    .map(([key, nothing]) => [key, nothing]);
  const flags = (numberOf(body["flags"]) & ~MessageFlags.Ephemeral) | ((before?.flags ?? 0) & MessageFlags.Ephemeral);
  return {
    ...body,
    ...Object.fromEntries(emptied),
    ...(before && body["flags"] !== undefined ? { flags } : {}),
  };
}
