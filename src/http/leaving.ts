import type { FastifyReply } from "fastify";
import { OpfindError } from "../errors.ts";

/**
 * A signal that says when the client is gone before its answer was written. Fastify's own `request.signal` listens to
 * the request's `close`, which Node also emits once a body has been read.
 */
export function clientLeaving({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) controller.abort(new OpfindError("aborted", "The client closed the connection."));
  });
  return controller.signal;
}
