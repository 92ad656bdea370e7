import { Client, type ClientOptions, Events, GatewayIntentBits, type Interaction, type Message } from "discord.js";
import { onTestFinished } from "vitest";
import type { LocalDiscord } from "../support/discord.ts";

const ALL_INTENTS = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.MessageContent,
];

export interface SmallBot {
  readonly intents?: readonly GatewayIntentBits[];
  readonly onInteraction?: (interaction: Interaction) => Promise<unknown>;
  readonly onMessage?: (message: Message) => Promise<unknown>;
  readonly commands?: readonly object[];
  readonly options?: Partial<ClientOptions>;
}

/** An unmodified discord.js client, logged in, with its commands registered. It goes when the test ends. */
export async function smallBot(discord: LocalDiscord, bot: SmallBot = {}): Promise<Client<true>> {
  const { intents = ALL_INTENTS, onInteraction, onMessage, commands, options } = bot;
  const client = new Client({
    intents: [...intents],
    rest: { api: discord.restUrl, version: "10" },
    allowedMentions: { parse: [], repliedUser: false },
    ...options,
  });
  onTestFinished(() => client.destroy());
  if (onInteraction) client.on(Events.InteractionCreate, (interaction) => void onInteraction(interaction));
  if (onMessage) client.on(Events.MessageCreate, (message) => void (!message.author.bot && onMessage(message)));
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(discord.token);
  const logged = await ready;
  if (commands) await logged.rest.put(`/applications/${discord.botId}/commands`, { body: commands });
  return logged;
}
