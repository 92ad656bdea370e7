import {
  Client,
  DiscordjsErrorCodes,
  Events,
  GatewayCloseCodes,
  GatewayIntentBits,
  type GuildMember,
  Options,
  Partials,
  Status,
  type User,
} from "discord.js";
import { OpfindError } from "../errors.ts";
import type { Logger } from "../log.ts";

export interface ClientOptions {
  readonly token: string;
  /** of Discord's REST interface, without the version */
  readonly apiUrl: string;
  readonly log: Logger;
}

/** How the connection to Discord stands, for health checks. */
export interface GatewayFacts {
  readonly isReady: boolean;
  readonly pingMs: number | null;
  readonly guilds: number;
  /** pictures in messages that are not meant for the bot arrive with them */
  readonly seesAllMessages: boolean;
}

export interface Gateway {
  readonly client: Client<true>;
  facts(): GatewayFacts;
  /** Leaves, so that the bot does not look online. */
  close(): Promise<void>;
}

const NEEDED = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages] as const;
/** Nothing is looked up in them but the bot itself, whose permissions count: whoever writes a message would stay for good. */
const CACHES = {
  ...Options.DefaultMakeCacheSettings,
  MessageManager: 0,
  ReactionManager: 0,
  GuildEmojiManager: 0,
  GuildStickerManager: 0,
  GuildMemberManager: { maxSize: 50, keepOverLimit: ({ id, client }: GuildMember) => id === client.user.id },
  UserManager: { maxSize: 1_000, keepOverLimit: ({ id, client }: User) => id === client.user.id },
};
const READY_PATIENCE_MS = 60_000;
/**
 * Every answer to a command has a route of its own, which discord.js remembers for an hour. While all requests wait for
 * Discord's limit it forgets none, so it looks often.
 */
const FORGET_ROUTES_MS = 10_000;

/**
 * Connects, with the message-content intent where the bot has it. Handlers are added by `onClient` before the connection
 * opens, so that nothing that arrives first is missed.
 * @throws OpfindError discord-token | discord-unreachable | aborted
 */
export async function connect(
  options: ClientOptions,
  onClient: (client: Client<true>) => void,
  signal: AbortSignal,
): Promise<Gateway> {
  try {
    return await open(options, { onClient, seesAllMessages: true }, signal);
  } catch (error) {
    // Discord closes a connection that asks for an intent which is not switched on for the bot.
    if (!isClosedWith(error, GatewayCloseCodes.DisallowedIntents)) throw connectFailure(error, signal);
    options.log.warn(
      "the message-content intent is off for this bot: pictures are answered in mentions, replies, direct messages and commands only, not when they are just posted",
    );
  }
  try {
    return await open(options, { onClient, seesAllMessages: false }, signal);
  } catch (error) {
    throw connectFailure(error, signal);
  }
}

interface Opening {
  readonly onClient: (client: Client<true>) => void;
  readonly seesAllMessages: boolean;
}

async function open(
  { token, apiUrl, log }: ClientOptions,
  { onClient, seesAllMessages }: Opening,
  signal: AbortSignal,
): Promise<Gateway> {
  const client = new Client({
    intents: seesAllMessages ? [...NEEDED, GatewayIntentBits.MessageContent] : [...NEEDED],
    // Direct messages arrive for channels that nobody has looked at yet.
    partials: [Partials.Channel],
    allowedMentions: { parse: [], repliedUser: false },
    rest: { api: apiUrl, version: "10", handlerSweepInterval: FORGET_ROUTES_MS },
    makeCache: Options.cacheWithLimits(CACHES),
  });
  follow(client, log);
  client.once(Events.ClientReady, (ready) => onClient(ready));
  const waiting = new AbortController();
  try {
    const ready = whenReady(client, AbortSignal.any([signal, waiting.signal]));
    await Promise.race([ready, client.login(token).then(() => ready)]);
  } catch (error) {
    // Else its patience, a minute, would keep a process that has failed.
    waiting.abort();
    await client.destroy();
    throw error;
  }
  if (!client.isReady()) throw new RangeError("discord.js is ready and says that it is not");
  // The manager's own status stays at "ready" for good once it was: only its connection knows how it stands.
  const isReadyNow = () => client.ws.shards.every(({ status }) => status === Status.Ready);
  return {
    client,
    facts: () => ({
      isReady: isReadyNow(),
      pingMs: client.ws.ping >= 0 ? client.ws.ping : null,
      guilds: client.guilds.cache.size,
      seesAllMessages,
    }),
    close: () => client.destroy(),
  };
}

function whenReady(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the gateway did not answer")), READY_PATIENCE_MS);
    const end = (settle: () => void) => () => {
      clearTimeout(late);
      signal.removeEventListener("abort", stop);
      settle();
    };
    const stop = end(() => reject(signal.reason));
    signal.addEventListener("abort", stop, { once: true });
    client.once(Events.ClientReady, end(resolve));
    client.once(Events.ShardDisconnect, ({ code }) => end(() => reject(new ClosedByDiscord(code)))());
    client.once(
      Events.Invalidated,
      end(() => reject(new Error("the session was invalidated"))),
    );
  });
}

/** The gateway closed the connection and wants no other like it. */
class ClosedByDiscord extends Error {
  override readonly name = "ClosedByDiscord";
  readonly code: number;
  constructor(code: number) {
    super(`the gateway closed the connection with code ${code}`);
    this.code = code;
  }
}

function isClosedWith(error: unknown, code: GatewayCloseCodes): boolean {
  return error instanceof ClosedByDiscord && error.code === code;
}

/** What happens to the connection, in the log. discord.js resumes and reconnects by itself. */
function follow(client: Client, log: Logger): void {
  client.on(Events.Warn, (text) => log.warn({ text }, "discord.js warns"));
  client.on(Events.Error, (error) => log.error({ err: error }, "discord.js failed"));
  client.on(Events.ShardError, (error, shardId) =>
    log.warn({ shardId, err: error }, "the connection to Discord failed"),
  );
  client.on(Events.ShardDisconnect, ({ code }, shardId) => log.warn({ shardId, code }, "disconnected from Discord"));
  client.on(Events.ShardReconnecting, (shardId) => log.info({ shardId }, "reconnecting to Discord"));
  client.on(Events.ShardResume, (shardId, events) =>
    log.info({ shardId, events }, "resumed the connection to Discord"),
  );
  client.on(Events.ShardReady, (shardId) => log.info({ shardId }, "connected to Discord"));
}

export function connectFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || error instanceof OpfindError) {
    return signal.aborted ? new OpfindError("aborted", "Stopped on request.", { cause: error }) : error;
  }
  if (!(error instanceof Error)) return error;
  const isRefused =
    ("code" in error && error.code === DiscordjsErrorCodes.TokenInvalid) || ("status" in error && error.status === 401);
  if (isRefused || isClosedWith(error, GatewayCloseCodes.AuthenticationFailed))
    return new OpfindError("discord-token", "Discord does not accept DISCORD_TOKEN.", { cause: error });
  return new OpfindError("discord-unreachable", `Discord cannot be reached: ${error.message}.`, { cause: error });
}
