import { REST, Routes, type Shard, ShardEvents, ShardingManager } from "discord.js";
import { z } from "zod";
import { orAborted, sleep } from "../abort.ts";
import type { Logger } from "../log.ts";
import type { Clock } from "../pipeline/ports.ts";
import type { Backend } from "./backend.ts";
import type { Frame, Wire } from "./carried.ts";
import { connectFailure, type GatewayFacts } from "./client.ts";
import { keepAlive } from "./keep-alive.ts";
import type { RequestMeter } from "./request-tracker.ts";
import { serveBackend } from "./serve-backend.ts";
import { shardThread } from "./shard-thread.ts";

export interface ShardDeps {
  readonly backend: Backend;
  readonly meter: RequestMeter;
  readonly log: Logger;
  readonly login: { readonly token: string; readonly apiUrl: string };
  /** how many; "auto" asks Discord */
  readonly wanted: number | "auto";
  /** the program that a shard's thread runs: this one, told to be a bot */
  readonly program: { readonly file: string; readonly argv: readonly string[] };
  readonly clock: Pick<Clock, "elapsedMs">;
}

/** Threads with a part of the servers each, around the one backend here. */
export interface Shards {
  readonly count: number;
  /** of all together; ready when each is */
  facts(): GatewayFacts;
  /** when one of them cannot be kept alive. @throws like `keepAlive` */
  readonly ended: Promise<void>;
  close(patienceMs: number): Promise<void>;
}

/** Discord lets a bot begin a session every five seconds. */
const APART_MS = 5_500;

/** Starts the shards one after another, as Discord wants it. @throws OpfindError discord-token | discord-unreachable | aborted */
export async function openShards(deps: ShardDeps, signal: AbortSignal): Promise<Shards> {
  const { login, wanted, log } = deps;
  const standing = new Map<number, GatewayFacts>();
  const closing = new AbortController();
  const keeping: Promise<void>[] = [];
  let manager: ShardingManager | undefined;
  const close = async (patienceMs: number) => {
    closing.abort();
    if (manager) await end(manager, patienceMs);
    await Promise.allSettled(keeping);
  };
  try {
    const count = wanted === "auto" ? await recommended(login) : wanted;
    manager = managerOf(count, deps);
    for (let id = 0; id < count; id++) {
      if (id > 0) await sleep(APART_MS, signal);
      const shard = manager.createShard(id);
      serve(shard, standing, deps);
      const thread = shardThread(shard);
      await orAborted(thread.start(), signal);
      keeping.push(told(keepAlive(thread, deps, closing.signal)));
    }
    log.info({ shards: count }, "all shards are online");
    return { count, facts: () => together(standing, count), ended: told(Promise.race(keeping)), close };
  } catch (error) {
    // Shards that are up would keep the process.
    await close(0);
    throw connectFailure(error, signal);
  }
}

/** Its failure is for whoever waits for it, which may be later, or nobody. */
function told(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}

function managerOf(count: number, { login, program }: ShardDeps): ShardingManager {
  return new ShardingManager(program.file, {
    mode: "worker",
    token: login.token,
    totalShards: count,
    shardList: Array.from({ length: count }, (_, id) => id),
    // It would start at once what ends at once, for good.
    respawn: false,
    shardArgs: [...program.argv],
  });
}

async function recommended({ token, apiUrl }: ShardDeps["login"]): Promise<number> {
  const rest = new REST({ api: apiUrl, version: "10" }).setToken(token);
  return z.object({ shards: z.number().int().min(1) }).parse(await rest.get(Routes.gatewayBot())).shards;
}

function serve(shard: Shard, standing: Map<number, GatewayFacts>, { backend, meter, log }: ShardDeps): void {
  const wire: Wire = {
    send: (frame) => void shard.send(frame).catch(() => {}), // a dead shard hears nothing, and asks again when it lives
    // What comes through this thread's own channel was sent by `parentWire`.
    onFrame: (listener) => void shard.on(ShardEvents.Message, (frame: Frame) => listener(frame)),
  };
  const stop = serveBackend(backend, wire);
  wire.onFrame((frame) => {
    if (frame.kind === "stands") standing.set(shard.id, frame.facts);
    if (frame.kind === "answered") meter.answered(...frame.answer);
    if (frame.kind === "acknowledged") meter.acknowledged(frame.ms);
  });
  // Out of memory, for one: without a listener it would end the others, too.
  shard.on(ShardEvents.Spawn, (thread) => {
    thread.on("error", (error: unknown) =>
      log.error({ shardId: shard.id, err: error }, "the thread of a shard failed"),
    );
  });
  shard.on(ShardEvents.Death, () => {
    standing.delete(shard.id);
    stop();
    log.warn({ shardId: shard.id }, "a shard ended");
  });
}

function together(standing: ReadonlyMap<number, GatewayFacts>, count: number): GatewayFacts {
  const all = [...standing.values()];
  const pings = all.flatMap(({ pingMs }) => pingMs ?? []);
  return {
    isReady: all.length === count && all.every(({ isReady }) => isReady),
    pingMs: pings.length > 0 ? Math.max(...pings) : null,
    guilds: all.reduce((sum, { guilds }) => sum + guilds, 0),
    seesAllMessages: all.every(({ seesAllMessages }) => seesAllMessages),
  };
}

/** Shards leave by themselves when they are told; what does not within the time is ended. */
async function end(manager: ShardingManager, patienceMs: number): Promise<void> {
  const close: Frame = { kind: "close", id: 0 };
  const alive = [...manager.shards.values()].filter(({ worker }) => worker !== null);
  const gone = Promise.all(alive.map((shard) => new Promise((resolve) => shard.once(ShardEvents.Death, resolve))));
  for (const shard of alive) await shard.send(close);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([gone, patience]);
  clearTimeout(timer);
  for (const { worker } of alive) await worker?.terminate();
}
