import type { MessagePort } from "node:worker_threads";
import type { Frame, Wire } from "./carried.ts";

/** A shard's end of the channel to the thread that started it; discord.js sends messages of its own through it, too. */
export function parentWire(port: MessagePort): Wire {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => {
      port.on("message", (message: unknown) => {
        if (isFrame(message)) listener(message);
      });
    },
  };
}

const KINDS: ReadonlySet<unknown> = new Set(["told", "result", "failure", "close"]);

function isFrame(message: unknown): message is Frame {
  return typeof message === "object" && message !== null && "kind" in message && KINDS.has(message.kind);
}
