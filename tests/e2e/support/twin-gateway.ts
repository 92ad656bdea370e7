import { GatewayOpcodes } from "discord.js";
import { WebSocket } from "ws";
import { type Json, jsonOf, listOf, parseJson, textOf } from "./json.ts";

/**
 * One connection to the twin's gateway, for the guilds with their roles and members. Message events are left alone:
 * the twin sends them before our attachments are in place, blank of mentions, and without regard to intents.
 */
export class TwinGateway {
  readonly #socket: WebSocket;
  readonly #guilds = new Map<string, Json>();

  constructor(url: string) {
    this.#socket = new WebSocket(url);
  }

  /** @param count guilds to wait for */
  open(token: string, count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.on("error", reject);
      this.#socket.on("message", (data) => {
        const { op, t, d } = jsonOf(parseJson(data.toString()));
        if (op === GatewayOpcodes.Hello) this.#identify(token);
        if (t === "GUILD_CREATE") this.#guilds.set(textOf(jsonOf(d)["id"]), jsonOf(d));
        if (this.#guilds.size === count) resolve();
      });
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  guild(id: string): Json {
    const guild = this.#guilds.get(id);
    if (!guild) throw new RangeError(`The twin has no guild ${id}`);
    return guild;
  }

  /** A member without its user, as messages carry it. */
  memberOf(guildId: string, userId: string): Json {
    const found = listOf(this.guild(guildId)["members"]).find((member) => jsonOf(member["user"])["id"] === userId);
    const { user: _user, ...member } = found ?? {};
    return member;
  }

  #identify(token: string): void {
    this.#socket.send(JSON.stringify({ op: GatewayOpcodes.Identify, d: { token, intents: 0, properties: {} } }));
  }
}
