import { z } from "zod";
import { PROBLEM_CODES } from "./request-codes.ts";

const problem = z
  .object({
    type: z.string().meta({ examples: ["urn:opfind:problem:image-corrupt"] }),
    title: z.string().meta({ examples: ["The picture cannot be used"] }),
    status: z.int().meta({ examples: [422] }),
    detail: z.string(),
    code: z.enum(PROBLEM_CODES).meta({ examples: ["image-corrupt"] }),
    requestId: z.string(),
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .readonly()
      .optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457, with opfind's own code" });

/** What each status means, for the OpenAPI document. */
export const PROBLEM_DESCRIPTIONS: Readonly<Record<string, string>> = {
  400: "the request is not valid",
  401: "a key is needed, or this one is not valid",
  403: "the key may not do this",
  404: "what was asked for is not there",
  408: "the request did not arrive in time",
  409: "it collides with work that runs",
  411: "a form has to announce its length",
  413: "the body or the picture is too large",
  415: "the type of the body is not supported",
  422: "the picture cannot be used",
  429: "too many requests; Retry-After says when to come back",
  431: "the head of the request is too large",
  500: "a bug of opfind",
  502: "a service that knows anime does not answer",
  503: "no room for more work, or a part does not work; Retry-After says when to come back where that is known",
  504: "a service that knows anime did not answer in time",
  507: "the disk is full",
};

/** What any route may answer instead. */
export const PROBLEMS = {
  ...{ 400: problem, 401: problem, 403: problem, 408: problem, 429: problem, 431: problem },
  ...{ 500: problem, 503: problem },
};
export const MISSING = { 404: problem };
/** What a route that takes a picture may answer besides. */
export const PICTURE_PROBLEMS = { 411: problem, 413: problem, 415: problem, 422: problem };
/** What a route that takes JSON may answer besides, and one that takes no body but is sent one. */
export const BODY_PROBLEMS = { 413: problem, 415: problem };
/** What a route that asks other services may answer besides. */
export const SOURCE_PROBLEMS = { 404: problem, 502: problem, 504: problem };
export const COLLISION = { 409: problem };
export const STORE_PROBLEMS = { 507: problem };
