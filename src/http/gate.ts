import type { FastifyReply, FastifyRequest } from "fastify";
import { ANONYMOUS, identifyCaller, type KeyBook, type Openness, requireRole } from "./auth.ts";
import type { BodyBudget } from "./body-budget.ts";
import { RequestProblem } from "./problem.ts";
import { spendPoints } from "./rate-limit.ts";
import type { Rates } from "./rates.ts";

export interface GateDeps {
  readonly keys: KeyBook;
  readonly openness: Openness;
  readonly rates: Rates;
  readonly budget: BodyBudget;
}

/** What every request passes before anything of its body is read: who asks, points, role, and room for the body. */
export function openGate({ keys, openness, rates, budget }: GateDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { config } = request.routeOptions;
    const role = request.is404 ? "anyone" : (config.role ?? "admin");
    const points = config.cost ?? 1;
    const refusal = meet(request, keys);
    // A wrong key spends its address's points: guessing is no cheaper than asking.
    if (points > 0) await spendPoints({ request, reply }, rates, points);
    if (refusal) throw refusal;
    requireRole(request, { role, keys, openness });
    requireReadableBody(request);
    const giveBack = budget.take(request, request.routeOptions.bodyLimit);
    reply.raw.once("close", giveBack);
  };
}

function meet(request: FastifyRequest, keys: KeyBook): RequestProblem | null {
  request.caller = ANONYMOUS;
  try {
    request.caller = identifyCaller(request, keys);
    return null;
  } catch (error) {
    if (error instanceof RequestProblem) return error;
    throw error;
  }
}

/** @throws RequestProblem body-too-large | length-needed | content-type-unsupported */
function requireReadableBody({ headers, routeOptions, is404 }: FastifyRequest): void {
  if (is404) return;
  const { bodyLimit, schema } = routeOptions;
  if (Number(headers["content-length"] ?? 0) > bodyLimit) {
    throw new RequestProblem("body-too-large", `At most ${bodyLimit} bytes are read here.`);
  }
  if (!schema?.body) return;
  const accepted = acceptedTypes(schema.body);
  const type = (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!accepted.includes(type)) {
    throw new RequestProblem("content-type-unsupported", `The body has to be ${accepted.join(" or ")}.`);
  }
  // The parser of forms bounds each part, not their sum.
  if (type === "multipart/form-data" && headers["content-length"] === undefined) {
    throw new RequestProblem("length-needed", "A form has to be sent with Content-Length.");
  }
}

function acceptedTypes(body: unknown): readonly string[] {
  const isByType = typeof body === "object" && body !== null && "content" in body;
  return isByType && typeof body.content === "object" && body.content !== null
    ? Object.keys(body.content)
    : ["application/json"];
}
