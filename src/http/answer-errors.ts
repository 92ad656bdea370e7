import type { FastifyReply, FastifyRequest } from "fastify";
import type { AllowedMethods } from "./allowed-methods.ts";
import { RequestProblem, toProblem } from "./problem.ts";

const PROBLEM_TYPE = "application/problem+json";

/** Answers any failure as a problem; the log hears of those that are nobody's but opfind's. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { problem, retryAfterS, isBug } = toProblem(ofBody(error, request) ?? error, request.id);
  if (isBug) request.log.error({ err: error, requestId: request.id }, "a request failed unexpectedly");
  else request.log.debug({ err: error, requestId: request.id }, "a request was refused");
  if (retryAfterS !== null) reply.header("retry-after", retryAfterS);
  if (problem.status === 401) reply.header("www-authenticate", "Bearer");
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
}

/** The parser of forms fails with plain errors where a form breaks off. */
function ofBody(error: unknown, { isRead, headers }: FastifyRequest): RequestProblem | null {
  const isForm = headers["content-type"]?.toLowerCase().startsWith("multipart/form-data") === true;
  if (isRead || !isForm || !(error instanceof Error) || "statusCode" in error || "code" in error) return null;
  return new RequestProblem("body-unreadable", "The form cannot be read: it is incomplete or damaged.");
}

/** Nothing is there, or nothing that knows this method. */
export function answerNothing(methods: AllowedMethods) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const [path = ""] = request.url.split("?", 1);
    const known = methods.of(path);
    if (known.length === 0) {
      return answerError(new RequestProblem("route-unknown", "There is nothing at this address."), request, reply);
    }
    reply.header("allow", known.join(", "));
    const sentence = `${request.method} is not known here, but ${known.join(", ")} is.`;
    return answerError(new RequestProblem("method-not-allowed", sentence), request, reply);
  };
}
