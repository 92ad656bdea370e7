import { createServer, type Server } from "node:http";
import type { APIMessage } from "discord.js";
import { Actor, type Stage } from "./actor.ts";
import { BotMessages } from "./bot-messages.ts";
import { CallbackRequests } from "./callback-requests.ts";
import { Cdn } from "./cdn.ts";
import { Changes } from "./changes.ts";
import { ChannelRequests } from "./channel-requests.ts";
import { CommandRequests } from "./command-requests.ts";
import { Faults } from "./faults.ts";
import { Gateway } from "./gateway.ts";
import { InteractionBook } from "./interaction-book.ts";
import { Journal, type Violation } from "./journal.ts";
import { closeServer, listenLocally } from "./local-server.ts";
import { MessageStore } from "./message-store.ts";
import { serveRest } from "./rest-server.ts";
import { placesOf, routeTable } from "./route-table.ts";
import { Twin } from "./twin.ts";
import { TwinGateway } from "./twin-gateway.ts";
import { WebhookRequests } from "./webhook-requests.ts";
import { type PermissionName, PLAN, World, type WorldPlan } from "./world.ts";

export interface DiscordOptions extends Partial<WorldPlan> {
  /** false: the developer portal refuses the message-content intent. Allowed by default. */
  readonly mayReadContent?: boolean;
  /** how many shards GET /gateway/bot recommends */
  readonly shards?: number;
}

interface Parts extends Stage {
  readonly token: string;
  readonly server: Server;
  readonly url: string;
  readonly journal: Journal;
  readonly faults: Faults;
}

/** A Discord on this machine: its servers run, and the bot may log in. */
export class LocalDiscord {
  readonly token: string;
  /** for discord.js: `rest: { api: discord.restUrl, version: "10" }` */
  readonly restUrl: string;
  readonly cdn: Cdn;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly gateway: Gateway;
  readonly interactions: InteractionBook;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.token = parts.token;
    this.restUrl = `${parts.url}/api`;
    this.cdn = parts.cdn;
    this.journal = parts.journal;
    this.faults = parts.faults;
    this.gateway = parts.gateway;
    this.interactions = parts.book;
  }

  get botId(): string {
    return this.#parts.world.bot.id;
  }

  /** @param channel "general"; "guild/general" where several have one; "@alice" for alice's DM with the bot */
  as(person: string, channel: string): Actor {
    const { world } = this.#parts;
    return new Actor(world.person(person), world.channel(channel), this.#parts);
  }

  /** Every message of a channel, oldest first, ephemeral ones among them. */
  messages(channel: string): readonly APIMessage[] {
    return this.#parts.store.in(this.#parts.world.channel(channel).id);
  }

  /** The message as it is now. */
  message(id: string): APIMessage | undefined {
    return this.#parts.store.get(id);
  }

  channelId(channel: string): string {
    return this.#parts.world.channel(channel).id;
  }

  guildId(guild: string): string {
    return this.#parts.world.guild(guild).id;
  }

  /** Waits for the bot's message in a channel. */
  botMessage(
    channel: string,
    isIt: (message: APIMessage) => boolean = () => true,
    timeoutMs?: number,
  ): Promise<APIMessage> {
    const look = () => this.messages(channel).findLast((message) => message.author.id === this.botId && isIt(message));
    return this.#parts.changes.until(`a message of the bot in ${channel}`, look, timeoutMs);
  }

  until<T>(what: string, look: () => T | undefined, timeoutMs?: number): Promise<T> {
    return this.#parts.changes.until(what, look, timeoutMs);
  }

  /** From now on the bot lacks these permissions in a channel; an empty list gives them back. */
  deny(channel: string, permissions: readonly PermissionName[]): void {
    const where = this.#parts.world.channel(channel);
    this.#parts.world.deny(where, permissions);
    this.#parts.gateway.channelChanged(where);
  }

  /** What the bot did that Discord would refuse. A test that expects some takes them. */
  takeViolations(): readonly Violation[] {
    return this.#parts.journal.takeViolations();
  }

  async close(): Promise<void> {
    const { gateway, members, server, cdn, twin } = this.#parts;
    gateway.close();
    members.close();
    await closeServer(server);
    await cdn.close();
    await twin.close();
  }
}

export async function startDiscord(options: DiscordOptions = {}): Promise<LocalDiscord> {
  const { mayReadContent = true, shards = 1, ...plan } = options;
  const changes = new Changes();
  const world = new World({ ...PLAN, ...plan });
  const token = tokenOf(world.bot.id);
  const twin = new Twin(world, token);
  await twin.start(world);
  const members = new TwinGateway(twin.discord.gatewayUrl);
  await members.open(token, world.guilds.length);
  const gateway = new Gateway(world, members, changes, { token, mayReadContent });
  const cdn = new Cdn(changes);
  await cdn.start();
  const store = new MessageStore(world, changes);
  const messages = new BotMessages(twin, cdn, store, gateway);
  const book = new InteractionBook(changes);
  const journal = new Journal(changes);
  const faults = new Faults();
  const commands = new CommandRequests(twin);
  const handlers = {
    commands,
    channels: new ChannelRequests(world, messages, store),
    callbacks: new CallbackRequests(book, messages, store),
    webhooks: new WebhookRequests(book, messages, store),
  };
  const routes = routeTable(handlers, placesOf(world, twin, { mayReadContent }));
  const server = createServer((incoming, outgoing) => void serveRest(incoming, outgoing, rest));
  const port = await listenLocally(server);
  const gatewayUrl = `ws://127.0.0.1:${port}/gateway`;
  const rest = { routes, journal, faults, token, gateway: { url: gatewayUrl, shards } };
  gateway.attach(server, gatewayUrl);
  const url = `http://127.0.0.1:${port}`;
  return new LocalDiscord({
    ...{ world, twin, members, book, gateway, cdn, store, commands, changes },
    ...{ token, server, url, journal, faults },
  });
}

/** In the form that Discord's have, so that a log filter for tokens meets one. */
function tokenOf(botId: string): string {
  return `${Buffer.from(botId).toString("base64url")}.Gtest0.${"a".repeat(38)}`;
}
