import type { FastifyRequest } from "fastify";
import { ByteBudget, type GiveBack } from "../pipeline/byte-budget.ts";
import { RequestProblem } from "./problem.ts";

/** Bytes of bodies in memory at a time, over all requests: a hundred posters, or two dozen of the largest pictures. */
const MAX_BYTES_AT_ONCE = 256 * 1024 * 1024;
const RETRY_AFTER_S = 2;

/** Lets bodies in only while there is room for them. */
export class BodyBudget {
  readonly #room: ByteBudget;

  constructor(maxBytes = MAX_BYTES_AT_ONCE) {
    this.#room = new ByteBudget(maxBytes);
  }

  /**
   * Takes room for the body that is coming.
   * @param mostBytes what a body that does not announce its length may have
   * @returns what gives the room back
   * @throws RequestProblem overloaded
   */
  take({ headers }: Pick<FastifyRequest, "headers">, mostBytes: number): GiveBack {
    const announced = Number(headers["content-length"] ?? (headers["transfer-encoding"] ? mostBytes : 0));
    const giveBack = this.#room.tryTake(Math.min(announced, mostBytes));
    if (giveBack) return giveBack;
    const why = "Too many pictures are being sent at this moment.";
    throw new RequestProblem("overloaded", why, { retryAfterS: RETRY_AFTER_S });
  }
}
