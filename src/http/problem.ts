import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { type ErrorCode, OpfindError } from "../errors.ts";
import { failureFacts } from "../presenters/failure.ts";
import type { RequestCode } from "./request-codes.ts";
import { RETRY_AFTER_S, STATUSES } from "./statuses.ts";

/** A problem as RFC 9457 writes it, with opfind's code beside. */
interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode | RequestCode;
  readonly requestId: string;
  /** what is wrong with which part of the request */
  readonly issues?: readonly Issue[];
}

interface Issue {
  /** "body.limit", "querystring.threshold" … */
  readonly path: string;
  readonly message: string;
}

/** A request that cannot be answered as it is. `message` is a full sentence. */
export class RequestProblem extends Error {
  override readonly name = "RequestProblem";
  readonly code: RequestCode;
  readonly issues: readonly Issue[] | undefined;
  /** seconds; null where trying again changes nothing */
  readonly retryAfterS: number | null;

  constructor(
    code: RequestCode,
    message: string,
    { issues, retryAfterS = null }: { readonly issues?: readonly Issue[]; readonly retryAfterS?: number | null } = {},
  ) {
    super(message);
    this.code = code;
    this.issues = issues;
    this.retryAfterS = retryAfterS;
  }
}

export interface ToldProblem {
  readonly problem: Problem;
  readonly retryAfterS: number | null;
  /** nobody is to blame but opfind: the log gets the error */
  readonly isBug: boolean;
}

/** Puts any error of a request into a problem. What nobody foresaw tells nothing of itself. */
export function toProblem(error: unknown, requestId: string): ToldProblem {
  if (error instanceof RequestProblem) {
    const { code, message, issues, retryAfterS } = error;
    return {
      problem: problemOf({ code, message, requestId, ...(issues ? { issues } : {}) }),
      retryAfterS,
      isBug: false,
    };
  }
  if (error instanceof OpfindError) {
    const { code, message } = failureFacts(error);
    const isBug = code === "internal";
    // Lanes that are full are the caller's own doing, a full queue is not.
    const isOwn = code === "queue-full" && error.details["reason"] === "lane-full";
    const problem = problemOf({ code, message, requestId, ...(isOwn ? { status: 429 } : {}) });
    return { problem, retryAfterS: RETRY_AFTER_S[code] ?? null, isBug };
  }
  const told = requestTrouble(error);
  if (told) return toProblem(told, requestId);
  const message = "Something unexpected went wrong; the operator's log has it under this request id.";
  return { problem: problemOf({ code: "internal", message, requestId }), retryAfterS: null, isBug: true };
}

interface Told {
  readonly code: ErrorCode | RequestCode;
  readonly message: string;
  readonly requestId: string;
  readonly status?: number;
  readonly issues?: readonly Issue[];
}

function problemOf({ code, message, requestId, status = STATUSES[code].status, issues }: Told): Problem {
  const about = { type: `urn:opfind:problem:${code}`, title: STATUSES[code].title, status, detail: message };
  return { ...about, code, requestId, ...(issues ? { issues } : {}) };
}

/** What Fastify and its plugins refuse by themselves. */
function requestTrouble(error: unknown): RequestProblem | null {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation.map(({ instancePath, message = "is wrong" }) => ({
      path: `${error.validationContext}${instancePath.replaceAll("/", ".")}`,
      message,
    }));
    return new RequestProblem("request-invalid", "The request does not have the documented form.", { issues });
  }
  const { statusCode, code } = facts(error);
  if (statusCode === 413) return new RequestProblem("body-too-large", "The body is larger than this route accepts.");
  if (statusCode === 415)
    return new RequestProblem("content-type-unsupported", "The body has a type that this route does not read.");
  if (statusCode === 503) return new RequestProblem("overloaded", "opfind is shutting down.", { retryAfterS: 5 });
  if (statusCode >= 400 && statusCode < 500)
    return new RequestProblem("body-unreadable", `The request cannot be read (${code}).`);
  return null;
}

function facts(error: unknown): { readonly statusCode: number; readonly code: string } {
  if (!(error instanceof Error)) return { statusCode: 0, code: "" };
  const statusCode = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 0;
  return { statusCode, code: "code" in error ? String(error.code) : error.name };
}
