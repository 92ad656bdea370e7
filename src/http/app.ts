import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Role } from "../domain/api-key.ts";
import type { Caller } from "./auth.ts";

/** The server as routes see it: what they validate and answer is typed by their zod schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module "fastify" {
  interface FastifyContextConfig {
    /** who may use the route; one that does not say is for admins */
    readonly role?: Role | "anyone";
    /** points of the rate limit; 1 when it does not say */
    readonly cost?: number;
  }

  interface FastifyRequest {
    /** who asks; set before the route runs */
    caller: Caller;
    /** its body has been read and taken apart: what fails from now on is no fault of the body */
    isRead: boolean;
  }
}
