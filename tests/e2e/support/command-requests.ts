import { type Answer, answered } from "./answers.ts";
import type { BotRequest } from "./bot-request.ts";
import { type Json, listOf, textOf } from "./json.ts";
import type { Twin } from "./twin.ts";

/** The commands that the bot has registered, globally and per guild. */
export class CommandRequests {
  readonly #twin: Twin;
  /** guild's id, or "" for global → definitions with their ids */
  readonly #registered = new Map<string, readonly Json[]>();

  constructor(twin: Twin) {
    this.#twin = twin;
  }

  async replace(request: BotRequest): Promise<Answer> {
    const { path, body } = request.exchange;
    const answer = await this.#twin.ask("PUT", path, body);
    if (answer.status >= 300) return answer;
    // The twin forgets contexts, integration types and translations.
    const definitions = listOf(body);
    const full = listOf(answer.body).map((twins, i) => ({ ...twins, ...definitions[i], id: twins["id"] }));
    this.#registered.set(request.param("guild"), full);
    return answered(full);
  }

  async list(request: BotRequest): Promise<Answer> {
    return answered(this.#registered.get(request.param("guild")) ?? []);
  }

  /** A guild's own commands come before global ones of the same name. */
  find(name: string, type: number, guildId: string | null): Json {
    const visible = [...(this.#registered.get(guildId ?? "") ?? []), ...(this.#registered.get("") ?? [])];
    const found = visible.find((command) => textOf(command["name"]) === name && (command["type"] ?? 1) === type);
    if (!found) throw new RangeError(`The bot has registered no command "${name}" of type ${type}`);
    return found;
  }
}
