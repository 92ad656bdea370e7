import { REST, Routes, type Shard, ShardEvents, ShardingManager } from "discord.js";
import { z } from "zod";
import type { Logger } from "../log.ts";
import type { Backend } from "./backend.ts";
import type { Frame, Wire } from "./carried.ts";
import { connectFailure, type GatewayFacts } from "./client.ts";
import type { RequestMeter } from "./request-tracker.ts";
import { serveBackend } from "./serve-backend.ts";

export interface ShardDeps {
  readonly backend: Backend;
  readonly meter: RequestMeter;
  readonly log: Logger;
  readonly login: { readonly token: string; readonly apiUrl: string };
  /** how many; "auto" asks Discord */
  readonly wanted: number | "auto";
  /** the program that a shard's thread runs: this one, told to be a bot */
  readonly program: { readonly file: string; readonly argv: readonly string[] };
}

/** Threads with a part of the servers each, around the one backend here. */
export interface Shards {
  readonly count: number;
  /** of all together; ready when each is */
  facts(): GatewayFacts;
  close(patienceMs: number): Promise<void>;
}

const READY_MS = 60_000;

/** Starts the shards one after another, as Discord wants it. @throws OpfindError discord-token | discord-unreachable | aborted */
export async function openShards(deps: ShardDeps, signal: AbortSignal): Promise<Shards> {
  const { login, wanted, program, log } = deps;
  const standing = new Map<number, GatewayFacts>();
  let manager: ShardingManager | undefined;
  try {
    const count = wanted === "auto" ? await recommended(login) : wanted;
    const opening = new ShardingManager(program.file, {
      mode: "worker",
      token: login.token,
      totalShards: count,
      shardArgs: [...program.argv],
    });
    manager = opening;
    opening.on("shardCreate", (shard) => serve(shard, standing, deps));
    // Later the bot is closed in order; only a start that is under way is given up at once.
    const giveUp = () => void end(opening, 0);
    signal.addEventListener("abort", giveUp, { once: true });
    await opening.spawn({ timeout: READY_MS });
    signal.removeEventListener("abort", giveUp);
    log.info({ shards: count }, "all shards are online");
    return { count, facts: () => together(standing, count), close: (patienceMs) => end(opening, patienceMs) };
  } catch (error) {
    // Shards that are up, or start anew by themselves, would keep the process.
    if (manager) await end(manager, 0);
    throw connectFailure(error, signal);
  }
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
  });
  // It is started again until it stays; without a listener its second failure would end the others, too.
  shard.on(ShardEvents.Error, (error) => log.error({ shardId: shard.id, err: error }, "a shard could not start again"));
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
  manager.respawn = false;
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
