import type { APIMessage } from "discord.js";
import type { Changes } from "./changes.ts";
import type { Entry } from "./interaction-book.ts";
import { type Json, jsonOf, listOf } from "./json.ts";
import type { MessageStore } from "./message-store.ts";

/** Something that a person did, and what came back. */
export class Asked {
  readonly entry: Entry;
  readonly #store: MessageStore;
  readonly #changes: Changes;

  constructor(entry: Entry, store: MessageStore, changes: Changes) {
    this.entry = entry;
    this.#store = store;
    this.#changes = changes;
  }

  /** The body of the bot's first answer: `{ type, data }`. */
  acknowledged(timeoutMs?: number): Promise<Json> {
    return this.#changes.until(this.#what("an acknowledgement"), () => this.entry.callback ?? undefined, timeoutMs);
  }

  /** From delivery to the first acknowledgement, ms. */
  async latencyMs(): Promise<number> {
    await this.acknowledged();
    const { acknowledgedAt, deliveredAt } = this.entry;
    return (acknowledgedAt ?? Number.POSITIVE_INFINITY) - deliveredAt;
  }

  /**
   * The message that answers, once it is there; for a button that updates its message, that message once it changed.
   * @param isIt to wait for a later state of it
   */
  reply(isIt: (message: APIMessage) => boolean = () => true, timeoutMs?: number): Promise<APIMessage> {
    const look = () => {
      const { originalId, deliveredAt, callback } = this.entry;
      const message = this.#store.get(originalId ?? "");
      const isNew = message && callback && this.#store.writtenAt(message.id) > deliveredAt;
      return isNew && isIt(message) ? message : undefined;
    };
    return this.#changes.until(this.#what("a reply"), look, timeoutMs);
  }

  /** @param n 0 for the first */
  followUp(n = 0, timeoutMs?: number): Promise<APIMessage> {
    const look = () => this.#store.get(this.entry.followUpIds[n] ?? "");
    return this.#changes.until(this.#what(`follow-up ${n}`), look, timeoutMs);
  }

  /** The modal that the bot opened: `{ custom_id, title, components }`. */
  async modal(): Promise<Json> {
    return jsonOf((await this.acknowledged())["data"]);
  }

  /** The suggestions to what the person was typing: `{ name, value }`. */
  async choices(): Promise<readonly Json[]> {
    return listOf(jsonOf((await this.acknowledged())["data"])["choices"]);
  }

  /** Makes the interaction older: past 3 s its callback is refused, past 15 min its token is dead. */
  age(ms: number): void {
    this.entry.agedMs += ms;
  }

  #what(thing: string): string {
    return `${thing} to ${this.entry.person.name}'s interaction of type ${this.entry.type}`;
  }
}
