import { type Shard, ShardEvents } from "discord.js";
import { OpfindError } from "../errors.ts";
import { type Frame, unpack } from "./carried.ts";
import type { ShardThread } from "./keep-alive.ts";

/** Longer than a shard waits for Discord itself, so that it can tell why it gives up. */
const READY_MS = 90_000;
/** discord.js's own wait takes a first try without the message-content intent for the end of the shard. */
const NO_WAIT = -1;

/** A shard of discord.js that says itself how its start went. */
export function shardThread(shard: Shard): ShardThread {
  return {
    id: shard.id,
    async start() {
      await shard.spawn(NO_WAIT);
      try {
        await whenOnline(shard);
      } catch (error) {
        // What is late may still be there; what has failed ends by itself, in its own time.
        if (shard.worker) shard.kill();
        throw error;
      }
    },
    ended: () => new Promise((resolve) => void shard.once(ShardEvents.Death, () => resolve())),
  };
}

function whenOnline(shard: Shard): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(late);
      shard.off(ShardEvents.Message, onFrame).off(ShardEvents.Death, onDeath);
    };
    const fail = (error: unknown) => {
      end();
      reject(error);
    };
    // What comes through this thread's own channel was sent by `parentWire`.
    const onFrame = (frame: Frame) => {
      if (frame.kind === "failed") fail(unpack(frame.error, () => undefined));
      if (frame.kind !== "stands") return;
      end();
      resolve();
    };
    const onDeath = () => fail(unreachable(`shard ${shard.id} ended before it was online`));
    const late = setTimeout(() => fail(unreachable(`shard ${shard.id} did not get online in time`)), READY_MS);
    shard.on(ShardEvents.Message, onFrame).on(ShardEvents.Death, onDeath);
  });
}

function unreachable(because: string): OpfindError {
  return new OpfindError("discord-unreachable", `Discord cannot be reached: ${because}.`);
}
