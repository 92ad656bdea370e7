import type { GatewayFacts } from "./discord/client.ts";
import { openHealthServer } from "./discord/health-server.ts";
import { openBot } from "./discord/open-bot.ts";
import type { RequestMeter } from "./discord/request-tracker.ts";
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
  /** Lets what is under way come to its end, leaves Discord and closes everything. */
  close(): Promise<void>;
}

/** A process that was told to stop has five seconds, of which closing everything takes the last. */
const DRAIN_MS = 3_500;
const COVERS_EVERY_MS = 10 * 60_000;

/**
 * Runs the bot: one network, one gallery, and the connection to Discord.
 * @throws OpfindError config-invalid | discord-token | discord-unreachable | like `openResidentProcess`
 */
export async function runBot(
  context: WireContext,
  { token, annotate }: { readonly token: string; readonly annotate: Annotate },
): Promise<RunningBot> {
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const shut of opened.splice(0).reverse()) await shut();
  };
  try {
    const process = await openResidentProcess(context);
    opened.push(() => process.close());
    const files = openAttachments(context);
    opened.push(() => files.close());
    const backend = openBackend(process, context, annotate);
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
    const bot = await openBot(
      {
        backend,
        download: files.download,
        words: openWords(),
        clock,
        log: context.log,
        meter: meterOn(process.metrics),
        login: { token, apiUrl: context.config.env.DISCORD_API_URL },
        ownerIds: context.config.env.DISCORD_OWNER_IDS,
      },
      context.signal,
    );
    state.gateway = bot.facts;
    opened.push(async () => {
      state.isStopping = true;
      await bot.close(DRAIN_MS);
    });
    opened.push(payCoversNowAndThen(backend, context));
    await process.resident.reindexing.resume();
    return { name: bot.name, healthPort: health?.port ?? null, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function healthOn({ config }: WireContext, deps: Parameters<typeof openHealthServer>[1]) {
  const { OPFIND_HEALTH_PORT: port } = config.env;
  return port === undefined ? null : await openHealthServer(port, deps);
}

/** Covers that could not be had when somebody confirmed: tried again at the start and from time to time. */
function payCoversNowAndThen(
  { payCovers }: Pick<ReturnType<typeof openBackend>, "payCovers">,
  { log }: WireContext,
): () => Promise<void> {
  const controller = new AbortController();
  let paying = Promise.resolve();
  const pay = () => {
    paying = paying
      .then(() => payCovers(controller.signal))
      .then((owed) => void (owed > 0 && log.info({ owed }, "covers are owed still")))
      .catch((error: unknown) => {
        if (!controller.signal.aborted) log.warn({ err: error }, "owed covers could not be fetched");
      });
  };
  pay();
  const timer = setInterval(pay, COVERS_EVERY_MS);
  return async () => {
    clearInterval(timer);
    controller.abort(new OpfindError("aborted", "opfind is shutting down."));
    await paying;
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
  return {
    answered(kind, failure, ms) {
      requests.inc({ kind, outcome: failure ?? "ok" });
      durations.observe({ kind }, ms / 1000);
    },
  };
}
