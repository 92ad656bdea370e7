import { ERROR_CODES, type ErrorCode } from "../errors.ts";

/** What can be wrong with a request itself, closed; everything else is a failure of errors.ts. */
const REQUEST_CODES = [
  "request-invalid",
  "request-late",
  "header-too-large",
  "route-unknown",
  "method-not-allowed",
  "length-needed",
  "body-too-large",
  "body-unreadable",
  "content-type-unsupported",
  "key-missing",
  "key-invalid",
  "key-too-weak",
  "too-many-requests",
  "overloaded",
  "poster-unknown",
  "not-in-gallery",
  "job-unknown",
] as const;

export type RequestCode = (typeof REQUEST_CODES)[number];

/** Every `code` that a problem may carry. */
export const PROBLEM_CODES: readonly [ErrorCode | RequestCode, ...(ErrorCode | RequestCode)[]] = [
  ...ERROR_CODES,
  ...REQUEST_CODES,
];
