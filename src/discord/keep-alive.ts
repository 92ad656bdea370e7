import { sleep } from "../abort.ts";
import { OpfindError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Clock } from "../pipeline/ports.ts";

/** The thread of one shard. */
export interface ShardThread {
  readonly id: number;
  /** Starts it; when this resolves it is online. @throws OpfindError discord-token | discord-unreachable */
  start(): Promise<void>;
  /** when the thread that runs now has ended */
  ended(): Promise<void>;
}

/** Before the first new start, and before any: Discord counts how often a bot begins a session. */
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [1_000, 5 * 60_000];
/** In a quarter of an hour. Whoever supervises the process may know better then. */
const MOST_STARTS = 10;
/** What stayed for so long did not end because of its start. */
const STEADY_MS = 10 * 60_000;

/**
 * Starts a shard that ended anew, each time after twice the pause, until the signal says stop.
 * @throws OpfindError discord-token, which no new start makes better | discord-unreachable after ten starts
 */
export async function keepAlive(
  shard: ShardThread,
  { log, clock }: { readonly log: Logger; readonly clock: Pick<Clock, "elapsedMs"> },
  signal: AbortSignal,
): Promise<void> {
  let starts = 0;
  for (;;) {
    const since = clock.elapsedMs();
    await shard.ended();
    if (clock.elapsedMs() - since >= STEADY_MS) starts = 0;
    do {
      if (signal.aborted) return;
      if (starts === MOST_STARTS) throw hopeless(shard);
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** starts++, LONGEST_PAUSE_MS);
      log.warn({ shardId: shard.id, start: starts, pauseMs }, "a shard ended and is started again after a pause");
      await sleep(pauseMs, signal).catch(() => {});
      if (signal.aborted) return;
    } while (!(await isUp(shard, log)));
  }
}

async function isUp(shard: ShardThread, log: Logger): Promise<boolean> {
  try {
    await shard.start();
    return true;
  } catch (error) {
    if (!(error instanceof OpfindError) || error.code === "discord-token") throw error;
    log.error({ shardId: shard.id, err: error }, "a shard could not start again");
    return false;
  }
}

function hopeless({ id }: ShardThread): OpfindError {
  return new OpfindError("discord-unreachable", `Shard ${id} did not stay, ${MOST_STARTS} starts in a row.`);
}
