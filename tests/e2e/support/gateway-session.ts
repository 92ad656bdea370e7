import { GatewayOpcodes } from "discord.js";
import { WebSocket } from "ws";

interface Dispatch {
  readonly s: number;
  readonly t: string;
  readonly d: unknown;
}

/** One session of the bot: it outlives its connection, and what it missed is sent again on resume. */
export class GatewaySession {
  readonly id: string;
  readonly intents: number;
  /** [number, of how many] */
  readonly shard: readonly [number, number];
  #socket: WebSocket | null;
  #sent: Dispatch[] = [];

  constructor(id: string, { intents, shard }: Pick<GatewaySession, "intents" | "shard">, socket: WebSocket) {
    this.id = id;
    this.intents = intents;
    this.shard = shard;
    this.#socket = socket;
  }

  get isConnected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  isOn(socket: WebSocket): boolean {
    return this.#socket === socket;
  }

  dispatch(t: string, d: unknown): void {
    const dispatch = { s: this.#sent.length + 1, t, d };
    this.#sent.push(dispatch);
    this.#send(dispatch);
  }

  /** @param seen the last sequence number that the bot has */
  resume(socket: WebSocket, seen: number): void {
    this.#socket = socket;
    for (const missed of this.#sent.slice(seen)) this.#send(missed);
    this.dispatch("RESUMED", {});
  }

  /** Breaks the connection without a close frame, as a network does. */
  drop(): void {
    this.#socket?.terminate();
    this.#socket = null;
  }

  owns(guildId: string | null): boolean {
    const [number, of] = this.shard;
    // https://docs.discord.com/developers/events/gateway#sharding: DMs go to the first shard
    return guildId === null ? number === 0 : Number((BigInt(guildId) >> 22n) % BigInt(of)) === number;
  }

  #send(dispatch: Dispatch): void {
    if (this.isConnected) this.#socket?.send(JSON.stringify({ op: GatewayOpcodes.Dispatch, ...dispatch }));
  }
}
