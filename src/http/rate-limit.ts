import type { FastifyReply, FastifyRequest } from "fastify";
import { addressGroup } from "./address-group.ts";
import { RequestProblem } from "./problem.ts";
import { type Allowance, type Rates, WINDOW_S } from "./rates.ts";

/**
 * Takes the points of a request, from its key or else from its address, and says in the headers what is left
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers).
 * @throws RequestProblem too-many-requests
 */
export async function spendPoints(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  rates: Rates,
  points: number,
): Promise<void> {
  const { caller, ip } = request;
  const allowance =
    caller.kind === "key"
      ? await rates.spend("key", caller.key.keyId, points)
      : await rates.spend("address", addressGroup(ip), points);
  if (!allowance) return;
  writeHeaders(reply, allowance);
  if (!allowance.isSpent) return;
  throw new RequestProblem(
    "too-many-requests",
    `The ${allowance.quota} points a minute of this ${allowance.policy} are spent.`,
    { retryAfterS: Math.max(1, allowance.seconds) },
  );
}

function writeHeaders(reply: FastifyReply, { policy, quota, left, seconds }: Allowance): void {
  reply.header("ratelimit-policy", `"${policy}";q=${quota};w=${WINDOW_S}`);
  reply.header("ratelimit", `"${policy}";r=${left};t=${seconds}`);
}
