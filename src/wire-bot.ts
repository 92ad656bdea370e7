import type { MessagePort } from "node:worker_threads";
import type { Backend } from "./discord/backend.ts";
import { pack } from "./discord/carried.ts";
import type { GatewayFacts } from "./discord/client.ts";
import { openHealthServer } from "./discord/health-server.ts";
import { type Bot, openBot } from "./discord/open-bot.ts";
import { parentWire } from "./discord/parent-wire.ts";
import { remoteBackend } from "./discord/remote-backend.ts";
import type { RequestMeter } from "./discord/request-tracker.ts";
import { openShards, type ShardDeps } from "./discord/shards.ts";
import { OpfindError } from "./errors.ts";
import type { Metrics } from "./metrics.ts";
import { openWords } from "./presenters/discord/words.ts";
import { type Annotate, openAttachments, openBackend } from "./wire-backend.ts";
import { openResidentProcess } from "./wire-resident.ts";
import { clock, type WireContext } from "./wire-sources.ts";

export interface RunningBot {
  readonly name: string;
  /** null when no port was asked for */
  readonly healthPort: number | null;
  /** never, unless it cannot go on. @throws OpfindError discord-token | discord-unreachable */
  readonly ended: Promise<void>;
  /** Lets what is under way come to its end, leaves Discord and closes everything. */
  close(): Promise<void>;
}

/** A process that was told to stop has five seconds, of which closing everything takes the last. */
const DRAIN_MS = 3_500;
/** A shard drains as long, and has to leave Discord after it. */
const SHARD_DRAIN_MS = DRAIN_MS + 700;
const TEND_EVERY_MS = 10 * 60_000;

/** How the program is started again in a shard's thread, and the channel to the thread that did so. */
export interface BotStart {
  readonly token: string;
  readonly annotate: Annotate;
  readonly program: ShardDeps["program"];
}

/**
 * Runs the bot: one network, one gallery, and the connections to Discord: one here, or shards in threads of their own.
 * @throws OpfindError config-invalid | discord-token | discord-unreachable | like `openResidentProcess`
 */
export async function runBot(context: WireContext, start: BotStart): Promise<RunningBot> {
  const { opened, close } = closing();
  try {
    const process = await openResidentProcess(context);
    opened.push(() => process.close());
    const backend = openBackend(process, context, start.annotate);
    const state: { gateway: () => GatewayFacts | null; isStopping: boolean } = {
      gateway: () => null,
      isStopping: false,
    };
    const health = await healthOn(context, {
      gateway: () => state.gateway(),
      isStopping: () => state.isStopping,
      gallery: () => process.resident.facts(),
      metrics: process.metrics,
      elapsedMs: clock.elapsedMs,
    });
    opened.push(() => health?.close());
    const online = await goOnline({ backend, meter: meterOn(process.metrics), start }, context);
    state.gateway = online.facts;
    opened.push(async () => {
      state.isStopping = true;
      await online.close();
    });
    opened.push(tendNowAndThen(backend, context));
    await process.resident.reindexing.resume();
    return { name: online.name, healthPort: health?.port ?? null, ended: online.ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Runs one shard in a thread of its own until the thread that started it, which has the backend, says to end. That is
 * also who tells people why it could not.
 */
export async function runShard(context: WireContext, token: string, port: MessagePort): Promise<void> {
  const { opened, close } = closing();
  const wire = parentWire(port);
  opened.push(() => port.close());
  const ended = new Promise<void>((resolve) => {
    wire.onFrame(({ kind }) => void (kind === "close" && resolve()));
  });
  const meter: RequestMeter = {
    answered: (...answer) => wire.send({ kind: "answered", id: 0, answer }),
    acknowledged: (ms) => wire.send({ kind: "acknowledged", id: 0, ms }),
  };
  try {
    const bot = await openOne({ backend: remoteBackend(wire), meter, token, opened }, context);
    const tell = () => wire.send({ kind: "stands", id: 0, facts: bot.facts() });
    tell();
    const timer = setInterval(tell, STANDS_EVERY_MS);
    opened.push(() => clearInterval(timer));
    opened.push(() => bot.close(DRAIN_MS));
    await ended;
  } catch (error) {
    if (!(error instanceof OpfindError)) throw error;
    wire.send({ kind: "failed", id: 0, error: pack(error, () => undefined) });
  } finally {
    await close();
  }
}

const NEVER = new Promise<void>(() => {});
const STANDS_EVERY_MS = 2_000;

interface GoingOnline {
  readonly backend: Backend;
  readonly meter: RequestMeter;
  readonly start: BotStart;
}

async function goOnline({ backend, meter, start }: GoingOnline, context: WireContext) {
  const { opened, close } = closing();
  const { token, program } = start;
  const { DISCORD_SHARDS: wanted, DISCORD_API_URL: apiUrl } = context.config.env;
  if (wanted === undefined) {
    const bot = await openOne({ backend, meter, token, opened }, context);
    opened.push(() => bot.close(DRAIN_MS));
    return { name: bot.name, facts: bot.facts, ended: NEVER, close };
  }
  const { log, signal } = context;
  const login = { token, apiUrl };
  const shards = await openShards({ backend, meter, log, clock, login, wanted, program }, signal);
  const { count, facts, ended } = shards;
  return { name: `${count} shards`, facts, ended, close: () => shards.close(SHARD_DRAIN_MS) };
}

interface OpeningOne extends Pick<GoingOnline, "backend" | "meter"> {
  readonly token: string;
  readonly opened: (() => unknown)[];
}

async function openOne({ backend, meter, token, opened }: OpeningOne, context: WireContext): Promise<Bot> {
  const { config, log, signal } = context;
  const { DISCORD_API_URL: apiUrl, DISCORD_OWNER_IDS: ownerIds } = config.env;
  const files = openAttachments(context);
  opened.push(() => files.close());
  const { download } = files;
  const login = { token, apiUrl };
  return await openBot({ backend, download, words: openWords(), clock, log, meter, login, ownerIds }, signal);
}

/** What was opened is closed in the opposite order. */
function closing() {
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const shut of opened.splice(0).reverse()) await shut();
  };
  return { opened, close };
}

async function healthOn({ config }: WireContext, deps: Parameters<typeof openHealthServer>[1]) {
  const { OPFIND_HEALTH_PORT: port } = config.env;
  return port === undefined ? null : await openHealthServer(port, deps);
}

/**
 * What people confirmed, at the start and from time to time: what could not be ended then is ended, what no moderator
 * looked at expires, and covers that could not be had are tried again.
 */
function tendNowAndThen(
  { finish, expire, payCovers }: Pick<ReturnType<typeof openBackend>, "finish" | "expire" | "payCovers">,
  { log }: WireContext,
): () => Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const complain = (error: unknown) => {
    if (!signal.aborted) log.warn({ err: error }, "what was confirmed could not be looked after");
  };
  const look = async () => {
    await finish(signal).catch(complain);
    const expired = await expire();
    if (expired > 0) log.info({ expired }, "confirmations awaited a moderator for too long");
    const owed = await payCovers(signal);
    if (owed > 0) log.info({ owed }, "covers are owed still");
  };
  let tending = Promise.resolve();
  const tend = () => {
    tending = tending.then(look).catch(complain);
  };
  tend();
  const timer = setInterval(tend, TEND_EVERY_MS);
  return async () => {
    clearInterval(timer);
    controller.abort(new OpfindError("aborted", "opfind is shutting down."));
    await tending;
  };
}

function meterOn(metrics: Metrics): RequestMeter {
  const requests = metrics.counter("opfind_discord_requests_total", "Requests from Discord, by what became of them", [
    "kind",
    "outcome",
  ]);
  const durations = metrics.histogram("opfind_discord_request_duration_seconds", "From arrival to the last answer", {
    labels: ["kind"],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  });
  const acknowledgements = metrics.histogram(
    "opfind_discord_acknowledgement_seconds",
    "From when Discord made an interaction to its first answer, which it waits 3 s for",
    { labels: [], buckets: [0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3] },
  );
  return {
    answered(kind, failure, ms) {
      requests.inc({ kind, outcome: failure ?? "ok" });
      durations.observe({ kind }, ms / 1000);
    },
    acknowledged: (ms) => acknowledgements.observe({}, ms / 1000),
  };
}
