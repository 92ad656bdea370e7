import type { FastifyRequest } from "fastify";
import type { Turn } from "../pipeline/fair-line.ts";
import { addressGroup } from "./address-group.ts";

/** The place in the queue: every key, and every address without one, waits in a lane of its own. */
export function turnOf({ caller, ip }: Pick<FastifyRequest, "caller" | "ip">): Turn {
  return { lane: caller.kind === "key" ? `http key ${caller.key.keyId}` : `http ${addressGroup(ip)}` };
}

/** Whoever a change is written down for. */
export function nameOf({ caller }: Pick<FastifyRequest, "caller">): string {
  return caller.kind === "key" ? `key ${caller.key.keyId}` : "somebody without a key";
}
