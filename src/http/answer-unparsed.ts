import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { Logger } from "../log.ts";
import { RequestProblem, toProblem } from "./problem.ts";

/**
 * Answers what Node could not take for a request: there is nothing that a route could see, and the connection ends.
 * https://nodejs.org/api/http.html#event-clienterror
 */
export function answerUnparsed(log: Pick<Logger, "debug">) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    // Gone, or in the middle of an answer: another head would be taken for a part of it.
    if (error.code === "ECONNRESET" || !socket.writable || socket.bytesWritten > 0) {
      socket.destroy();
      return;
    }
    const requestId = randomUUID();
    const { problem } = toProblem(problemOf(error), requestId);
    log.debug({ err: error, requestId }, "a request was not understood");
    const body = JSON.stringify(problem);
    const head = [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      "content-type: application/problem+json; charset=utf-8",
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${requestId}`,
      "connection: close",
    ];
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroySoon());
  };
}

function problemOf({ code = "" }: NodeJS.ErrnoException): RequestProblem {
  if (code === "HPE_HEADER_OVERFLOW") {
    return new RequestProblem("header-too-large", "The head of the request is larger than 16 kB.");
  }
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new RequestProblem("request-late", "The request did not arrive in time.");
  }
  return new RequestProblem("body-unreadable", `This is no HTTP request (${code}).`);
}
