import type { Missing } from "../domain/franchise.ts";
import type { ErrorCode, OpfindError } from "../errors.ts";

/** Says of a failed source which part of the answer it leaves open, and why. */
export function missingFor(part: Missing["part"], source: Missing["source"], failure: OpfindError): Missing {
  return { part, source, reason: reasonOf(failure.code), detail: failure.message };
}

function reasonOf(code: ErrorCode): Missing["reason"] {
  if (code === "source-throttled") return "throttled";
  if (code === "source-refused") return "refused";
  if (code === "source-timeout") return "timeout";
  if (code === "source-other-shape") return "other-shape";
  if (code === "source-offline") return "offline";
  return "down";
}
