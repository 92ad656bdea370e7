import { type ErrorCode, OpfindError } from "../errors.ts";

/** The ways a remote source fails. */
export type SourceFailureCode = Extract<
  ErrorCode,
  "source-down" | "source-throttled" | "source-refused" | "source-timeout" | "source-other-shape" | "source-offline"
>;

const HEADLINES: Readonly<Record<SourceFailureCode, string>> = {
  "source-down": "is down",
  "source-throttled": "asks to wait",
  "source-refused": "refused the request",
  "source-timeout": "did not answer in time",
  "source-other-shape": "answered in another shape",
  "source-offline": "was not asked",
};

/** A failure of a named service: "AniList is down: it answered with status 502." */
export function sourceFailure(
  service: string,
  code: SourceFailureCode,
  { because, cause, status }: { because: string; cause?: unknown; status?: number },
): OpfindError {
  const details = { service, ...(status === undefined ? {} : { status }) };
  return new OpfindError(code, `${service} ${HEADLINES[code]}: ${because}.`, { cause, details });
}

/** The person, or the process, no longer wants the answer. */
export function abortedFailure(signal: AbortSignal): OpfindError {
  return new OpfindError("aborted", "The request was cancelled.", { cause: signal.reason });
}
