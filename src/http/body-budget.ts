import type { FastifyRequest } from "fastify";
import { RequestProblem } from "./problem.ts";

/** Bytes of bodies in memory at a time, over all requests: a hundred posters, or two dozen of the largest pictures. */
const MAX_BYTES_AT_ONCE = 256 * 1024 * 1024;
const RETRY_AFTER_S = 2;

/** Lets bodies in only while there is room for them: limits per request say nothing about a hundred at once. */
export class BodyBudget {
  readonly #maxBytes: number;
  #taken = 0;

  constructor(maxBytes = MAX_BYTES_AT_ONCE) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes room for the body that is coming.
   * @param mostBytes what a body that does not announce its length may have
   * @returns what gives the room back
   * @throws RequestProblem overloaded
   */
  take({ headers }: Pick<FastifyRequest, "headers">, mostBytes: number): () => void {
    const announced = Number(headers["content-length"] ?? (headers["transfer-encoding"] ? mostBytes : 0));
    const bytes = Math.min(announced, mostBytes);
    if (this.#taken + bytes > this.#maxBytes) {
      const why = "Too many pictures are being sent at this moment.";
      throw new RequestProblem("overloaded", why, { retryAfterS: RETRY_AFTER_S });
    }
    this.#taken += bytes;
    let isTaken = true;
    return () => {
      if (isTaken) this.#taken -= bytes;
      isTaken = false;
    };
  }
}
