import { lookup } from "node:dns/promises";
import { join } from "node:path";
import type { App } from "./http/app.ts";
import type { Openness } from "./http/auth.ts";
import { BodyBudget } from "./http/body-budget.ts";
import { openHttpMeter } from "./http/http-meter.ts";
import { openRates, type Rates } from "./http/rates.ts";
import { buildServer, type ServerDeps } from "./http/server.ts";
import { openSharedRates } from "./http/shared-rates.ts";
import { readWebPage } from "./http/web-page.ts";
import { type KeyStore, openKeyStore } from "./index/key-store.ts";
import { rememberAnswers } from "./pipeline/answer-memory.ts";
import { openPictures, type Pictures } from "./sources/pictures.ts";
import { readUserAgent, readVersion } from "./sources/user-agent.ts";
import { openBackup } from "./wire-backups.ts";
import { openResidentProcess, type ResidentProcess } from "./wire-resident.ts";
import { clock, type WireContext } from "./wire-sources.ts";

// The part of the composition root for `opfind serve`.

export interface HttpService {
  readonly app: App;
  /** where it listens, "http://127.0.0.1:8080" */
  readonly url: string;
  /** Takes nothing new, answers what it has begun, and closes everything. */
  close(): Promise<void>;
}

/** Opens what the service stands on and listens. @throws OpfindError like `openResidentProcess` | config-invalid */
export async function openService(context: WireContext): Promise<HttpService> {
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const shut of opened.splice(0).reverse()) await shut();
  };
  try {
    const resident = await openResidentProcess(context);
    opened.push(() => resident.close());
    const keys = openKeyStore({ dataDir: context.config.dataDir, clock });
    opened.push(() => keys.close());
    const pictures = openPicturesByUrl(context);
    opened.push(() => pictures.close());
    const rates = openServiceRates(context, (shut) => opened.push(shut));
    return await listen({ resident, keys, pictures, rates, close }, context);
  } catch (error) {
    await close();
    throw error;
  }
}

interface Opened {
  readonly resident: ResidentProcess;
  readonly keys: KeyStore;
  readonly pictures: Pictures;
  readonly rates: Rates;
  readonly close: () => Promise<void>;
}

async function listen({ close, ...parts }: Opened, context: WireContext): Promise<HttpService> {
  const { env, home } = context.config;
  const stopping = new AbortController();
  const deps = assemble(parts, { ...context, page: await readWebPage(join(home, "web")), stopping: stopping.signal });
  const app = await buildServer(deps, {
    trustedProxies: env.OPFIND_TRUSTED_PROXIES,
    corsOrigins: env.OPFIND_CORS_ORIGINS,
    metricsRole: env.OPFIND_METRICS_OPEN ? "anyone" : "read",
  });
  const url = await app.listen({ host: env.OPFIND_HTTP_HOST, port: env.OPFIND_HTTP_PORT });
  warmUp(deps);
  return {
    app,
    url,
    async close() {
      stopping.abort();
      await app.close();
      await parts.resident.queue.drain();
      await close();
    },
  };
}

/** The first question about a title reads all bundled facts: let that be nobody's. */
function warmUp({ resident, log, stopping }: Pick<ServerDeps, "resident" | "log" | "stopping">): void {
  resident.suggest("a", 1, stopping).catch((cause: unknown) => {
    if (!stopping.aborted) log.warn({ err: cause }, "the bundled facts cannot be read");
  });
}

type Assembling = WireContext & Pick<ServerDeps, "page" | "stopping">;

function assemble(
  { resident: { resident, metrics, backupFacts }, keys, pictures, rates }: Omit<Opened, "close">,
  context: Assembling,
): ServerDeps {
  const { page, stopping, log, config } = context;
  const startedAt = clock.elapsedMs();
  const version = readVersion(config.home);
  return {
    resident: { ...resident, ...rememberAnswers(resident) },
    fetchPicture: (url, signal) => pictures.picture(url, signal),
    takeBackup: openBackup(context),
    processFacts: () => ({
      version,
      uptimeSeconds: Math.round((clock.elapsedMs() - startedAt) / 1000),
      memoryBytes: process.memoryUsage.rss(),
      isStopping: stopping.aborted,
      backups: backupFacts(),
    }),
    page,
    metrics,
    gate: { keys, rates, openness: OPENNESS[config.env.OPFIND_HTTP_OPEN], budget: new BodyBudget() },
    meter: openHttpMeter(metrics),
    log,
    stopping,
  };
}

const OPENNESS: Readonly<Record<"auto" | "0" | "1", Openness>> = { auto: "this-machine", "0": "closed", "1": "open" };

function openPicturesByUrl({ config: { env, home } }: WireContext): Pictures {
  return openPictures({
    hosts: env.OPFIND_IMAGE_HOSTS,
    isOffline: env.OPFIND_OFFLINE,
    resolve: (host) => lookup(host, { all: true }),
    userAgent: readUserAgent(home),
  });
}

function openServiceRates({ config: { env }, log }: WireContext, onClose: (close: () => void) => void): Rates {
  const settings = { perKey: env.OPFIND_RATE_PER_KEY, perAddress: env.OPFIND_RATE_PER_ADDRESS };
  if (!env.REDIS_URL) return openRates(settings, null);
  const shared = openSharedRates(env.REDIS_URL, (cause) => log.warn({ err: cause }, "Redis does not count points"));
  onClose(shared.close);
  return openRates(settings, shared.store);
}
