import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import { type APIMessage, ChannelType, GatewayIntentBits, GatewayOpcodes } from "discord.js";
import { type WebSocket, WebSocketServer } from "ws";
import type { Changes } from "./changes.ts";
import { GatewaySession } from "./gateway-session.ts";
import { channelPayload, guildPayload, readyPayload } from "./gateway-state.ts";
import { has, visiblePart } from "./intent-filter.ts";
import { type Json, jsonOf, numberOf, parseJson, textOf } from "./json.ts";
import type { TwinGateway } from "./twin-gateway.ts";
import type { Channel, World } from "./world.ts";

const HEARTBEAT_MS = 41_250;
/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const AUTHENTICATION_FAILED = 4004;
const DISALLOWED_INTENTS = 4014;
const GOODBYES = new Set([1000, 1001]);
const PRIVILEGED = GatewayIntentBits.GuildPresences | GatewayIntentBits.GuildMembers | GatewayIntentBits.MessageContent;

export interface GatewayOptions {
  readonly token: string;
  /** false: the developer portal refuses the message-content intent */
  readonly mayReadContent: boolean;
}

/** Discord's end of the gateway: sessions that resume, intents that filter, on top of what the twin reports. */
export class Gateway {
  readonly #world: World;
  readonly #twin: TwinGateway;
  readonly #changes: Changes;
  readonly #options: GatewayOptions;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #sessions = new Map<string, GatewaySession>();
  #url = "";
  #isDown = false;
  /** how often the bot came with IDENTIFY and with RESUME */
  readonly counts = { identified: 0, resumed: 0 };

  constructor(world: World, twin: TwinGateway, changes: Changes, options: GatewayOptions) {
    this.#world = world;
    this.#twin = twin;
    this.#changes = changes;
    this.#options = options;
  }

  attach(server: Server, url: string): void {
    this.#url = url;
    this.#sockets.on("connection", (socket) => this.#greet(socket));
    server.on("upgrade", (request, socket, head) => {
      if (this.#isDown) socket.destroy();
      else this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#sockets.emit("connection", ws, request));
    });
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
  }

  get connected(): number {
    return [...this.#sessions.values()].filter(({ isConnected }) => isConnected).length;
  }

  /** Breaks every connection. The sessions stay, and resume. */
  drop(): void {
    for (const session of this.#sessions.values()) session.drop();
    this.#changes.tell();
  }

  /** Breaks every connection and forgets the sessions: the bot has to identify again. */
  forget(): void {
    this.drop();
    this.#sessions.clear();
  }

  /** Breaks every connection and takes no new one until it comes back. The sessions stay. */
  goDown(): void {
    this.#isDown = true;
    this.drop();
  }

  comeBack(): void {
    this.#isDown = false;
  }

  messageWritten(message: APIMessage): void {
    const channel = this.#world.channel(message.channel_id);
    this.#tell(channel, message.edited_timestamp ? "MESSAGE_UPDATE" : "MESSAGE_CREATE", (session) => ({
      ...visiblePart(message, { intents: session.intents, botId: this.#world.bot.id }, channel.guildId === null),
      ...this.#originOf(message, channel),
    }));
  }

  messageDeleted({ id, channel_id }: APIMessage): void {
    const channel = this.#world.channel(channel_id);
    const origin = channel.guildId === null ? {} : { guild_id: channel.guildId };
    this.#tell(channel, "MESSAGE_DELETE", () => ({ id, channel_id, ...origin }));
  }

  channelChanged(channel: Channel): void {
    this.#send(channel.guildId, GatewayIntentBits.Guilds, "CHANNEL_UPDATE", () => channelPayload(this.#world, channel));
  }

  /** An interaction reaches the bot whatever its intents are, and wherever the app is only user-installed. */
  interactionCreated(interaction: Json, guildId: string | null): void {
    const owners = [...this.#sessions.values()].filter((one) => one.owns(guildId));
    // A session whose connection broke gets it when it resumes.
    const session = owners.findLast(({ isConnected }) => isConnected) ?? owners.at(-1);
    session?.dispatch("INTERACTION_CREATE", interaction);
  }

  #tell(channel: Channel, event: string, payload: (session: GatewaySession) => Json): void {
    const guild = channel.guildId === null ? null : this.#world.guild(channel.guildId);
    if (guild?.isBotMember === false) return;
    const { DirectMessages, GuildMessages } = GatewayIntentBits;
    this.#send(channel.guildId, guild ? GuildMessages : DirectMessages, event, payload);
  }

  #send(guildId: string | null, intent: GatewayIntentBits, event: string, payload: (to: GatewaySession) => Json): void {
    for (const session of this.#sessions.values()) {
      if (session.owns(guildId) && has(session.intents, intent)) session.dispatch(event, payload(session));
    }
  }

  #originOf({ author }: APIMessage, { guildId }: Channel): Json {
    if (guildId === null) return { channel_type: ChannelType.DM };
    return { channel_type: ChannelType.GuildText, guild_id: guildId, member: this.#twin.memberOf(guildId, author.id) };
  }

  #greet(socket: WebSocket): void {
    socket.send(JSON.stringify({ op: GatewayOpcodes.Hello, d: { heartbeat_interval: HEARTBEAT_MS } }));
    socket.on("error", () => socket.terminate());
    socket.on("close", (code) => this.#closed(socket, code));
    socket.on("message", (data) => this.#hear(socket, jsonOf(parseJson(data.toString()))));
  }

  /** Who says goodbye is offline at once; whoever breaks off may come back and resume. */
  #closed(socket: WebSocket, code: number): void {
    const session = [...this.#sessions.values()].find((one) => one.isOn(socket));
    if (session && GOODBYES.has(code)) this.#sessions.delete(session.id);
    this.#changes.tell();
  }

  #hear(socket: WebSocket, { op, d }: Json): void {
    if (op === GatewayOpcodes.Heartbeat) socket.send(JSON.stringify({ op: GatewayOpcodes.HeartbeatAck }));
    if (op === GatewayOpcodes.Identify) this.#identify(socket, jsonOf(d));
    if (op === GatewayOpcodes.Resume) this.#resume(socket, jsonOf(d));
    this.#changes.tell();
  }

  #identify(socket: WebSocket, identity: Json): void {
    const intents = numberOf(identity["intents"]);
    const { token, mayReadContent } = this.#options;
    const refused = PRIVILEGED & ~(mayReadContent ? GatewayIntentBits.MessageContent : 0);
    if (textOf(identity["token"]) !== token) socket.close(AUTHENTICATION_FAILED, "Authentication failed.");
    else if ((intents & refused) !== 0) socket.close(DISALLOWED_INTENTS, "Disallowed intent(s).");
    else this.#open(new GatewaySession(randomUUID(), { intents, shard: shardOf(identity) }, socket));
  }

  #open(session: GatewaySession): void {
    this.counts.identified++;
    this.#sessions.set(session.id, session);
    const guildIds = this.#world.guilds
      .filter(({ id, isBotMember }) => isBotMember && session.owns(id))
      .map(({ id }) => id);
    const { mayReadContent } = this.#options;
    const state = { sessionId: session.id, shard: session.shard, guildIds, url: this.#url, mayReadContent };
    session.dispatch("READY", readyPayload(this.#world, state));
    if (!has(session.intents, GatewayIntentBits.Guilds)) return;
    for (const id of guildIds) session.dispatch("GUILD_CREATE", guildPayload(this.#world, this.#twin.guild(id)));
  }

  #resume(socket: WebSocket, { session_id: id, seq }: Json): void {
    const session = this.#sessions.get(textOf(id));
    if (!session) {
      socket.send(JSON.stringify({ op: GatewayOpcodes.InvalidSession, d: false }));
      return;
    }
    this.counts.resumed++;
    session.resume(socket, numberOf(seq));
  }
}

function shardOf({ shard }: Json): readonly [number, number] {
  const [number = 0, of = 1] = Array.isArray(shard) ? shard.map(numberOf) : [];
  return [number, of];
}
