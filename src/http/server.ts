import { randomUUID } from "node:crypto";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import multipart from "@fastify/multipart";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { type FastifyBaseLogger, fastify, LogController } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import type { Role } from "../domain/api-key.ts";
import type { Logger } from "../log.ts";
import { MAX_IMAGE_BYTES } from "../pipeline/image-limits.ts";
import type { Resident } from "../pipeline/resident.ts";
import { AllowedMethods } from "./allowed-methods.ts";
import { answerError, answerNothing } from "./answer-errors.ts";
import { answerUnparsed } from "./answer-unparsed.ts";
import type { App } from "./app.ts";
import type { TakeBackup } from "./backup-route.ts";
import { type GateDeps, openGate } from "./gate.ts";
import type { HttpMeter } from "./http-meter.ts";
import { MOST_PICTURES } from "./identify-batch-route.ts";
import type { MetricsPage } from "./metrics-route.ts";
import { openapiOptions } from "./openapi.ts";
import type { FetchPicture } from "./picture-body.ts";
import type { ProcessFacts } from "./process-facts.ts";
import type { WebPage } from "./root-route.ts";
import { registerRoutes } from "./routes.ts";

export interface ServerDeps {
  /** what routes ask */
  readonly resident: Resident;
  readonly fetchPicture: FetchPicture;
  readonly takeBackup: TakeBackup;
  readonly processFacts: () => ProcessFacts;
  readonly page: WebPage;
  readonly metrics: MetricsPage;
  /** what guards them */
  readonly gate: GateDeps;
  readonly meter: HttpMeter;
  readonly log: Logger;
  /** aborted when the process is told to stop */
  readonly stopping: AbortSignal;
}

export interface ServerSettings {
  /** addresses and networks whose `X-Forwarded-For` is believed */
  readonly trustedProxies: readonly string[];
  /** origins of web pages that may ask; none unless listed */
  readonly corsOrigins: readonly string[];
  readonly metricsRole: Role | "anyone";
}

/** A whole request has to arrive within this; the largest body takes it at 4 Mbit/s. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Bodies of routes that take no picture. */
const BODY_LIMIT = 256 * 1024;

/** Builds the service with all its routes; `listen` and `close` are Fastify's own. */
export async function buildServer(deps: ServerDeps, settings: ServerSettings): Promise<App> {
  const loggerInstance: FastifyBaseLogger = deps.log;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: "idle",
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    genReqId: ({ headers }) => requestIdOf(headers["x-request-id"]),
    frameworkErrors: answerError,
    clientErrorHandler: answerUnparsed(deps.log),
  }).withTypeProvider<ZodTypeProvider>();
  // A body of several types is parsed by its route (picture-body.ts), which knows which of them it has got.
  app.setValidatorCompiler<z.core.$ZodType>((route) =>
    route.contentType ? (value) => ({ value }) : validatorCompiler(route),
  );
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser("text/plain");
  // Places for what hooks write down of each request.
  app.decorateRequest("caller");
  app.decorateRequest("isRead", false);
  await registerGuards(app, deps, settings);
  await registerDocumentation(app, deps);
  registerRoutes(app, { ...deps, metricsRole: settings.metricsRole });
  await app.ready();
  return app;
}

async function registerGuards(app: App, deps: ServerDeps, { corsOrigins }: ServerSettings): Promise<void> {
  if (corsOrigins.length > 0) await app.register(cors, { origin: [...corsOrigins] });
  await app.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY } });
  guard(app, deps);
  await app.register(multipart, {
    attachFieldsToBody: "keyValues",
    limits: { fileSize: MAX_IMAGE_BYTES, files: MOST_PICTURES, fields: 10, fieldSize: 100_000, headerPairs: 20 },
  });
}

async function registerDocumentation(app: App, { processFacts }: ServerDeps): Promise<void> {
  await app.register(swagger, openapiOptions(processFacts().version));
  app.addHook("onRoute", (route) => {
    // The documentation's own routes cannot say so themselves.
    if (route.url.startsWith("/docs")) route.config = { ...route.config, role: "anyone" };
  });
  await app.register(swaggerUi, { routePrefix: "/docs" });
}

/** Nothing from elsewhere, nothing inline; pictures may be what the person has just chosen. */
const CONTENT_SECURITY = {
  "default-src": ["'none'"],
  "script-src": ["'self'"],
  "style-src": ["'self'"],
  "img-src": ["'self'", "blob:", "data:"],
  "connect-src": ["'self'"],
  "base-uri": ["'none'"],
  "form-action": ["'none'"],
  "frame-ancestors": ["'none'"],
};

function guard(app: App, { gate, meter }: ServerDeps): void {
  const methods = new AllowedMethods();
  app.addHook("onRoute", ({ url, method }) => methods.learn(url, [method].flat()));
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNothing(methods));
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  app.addHook("onRequest", openGate(gate));
  app.addHook("preHandler", async (request) => {
    request.isRead = true;
  });
  app.addHook("onResponse", async ({ routeOptions, method, id, log }, reply) => {
    const { url: route = "none" } = routeOptions;
    const { statusCode: status, elapsedTime } = reply;
    meter.answered({ route, method, status, seconds: elapsedTime / 1000 });
    log.info({ requestId: id, route, method, status, ms: Math.round(elapsedTime) }, "answered");
  });
}

/** A caller's own id is kept when it is harmless in a log and a header. */
function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === "string" && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}
