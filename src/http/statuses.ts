import type { ErrorCode } from "../errors.ts";
import type { RequestCode } from "./request-codes.ts";

interface Status {
  readonly status: number;
  /** the same for every problem of a code, as RFC 9457 wants it */
  readonly title: string;
}

const invalid = { status: 422, title: "The picture cannot be used" };
const source = { status: 502, title: "A service that knows anime does not answer" };
const later = { status: 503, title: "There is no room for more work now" };
const broken = { status: 503, title: "A part of opfind does not work" };
const bug = { status: 500, title: "Something went wrong in opfind" };

/** The status of every failure. Exhaustive: a new code does not compile without one. */
export const STATUSES: Readonly<Record<ErrorCode | RequestCode, Status>> = {
  "request-invalid": { status: 400, title: "The request is not valid" },
  "request-late": { status: 408, title: "The request took too long" },
  "header-too-large": { status: 431, title: "The head of the request is too large" },
  "route-unknown": { status: 404, title: "There is nothing at this address" },
  "method-not-allowed": { status: 405, title: "This address does not know the method" },
  "length-needed": { status: 411, title: "The length of the body is needed" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "body-unreadable": { status: 400, title: "The request cannot be read" },
  "content-type-unsupported": { status: 415, title: "The type of the body is not supported" },
  "key-missing": { status: 401, title: "A key is needed" },
  "key-invalid": { status: 401, title: "The key is not valid" },
  "key-too-weak": { status: 403, title: "The key may not do this" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  overloaded: later,
  "poster-unknown": { status: 404, title: "There is no such poster" },
  "not-in-gallery": { status: 404, title: "The gallery has no poster of this anime" },
  "job-unknown": { status: 404, title: "There is no such job" },
  usage: { status: 400, title: "The request is not valid" },
  "config-invalid": broken,
  aborted: { status: 499, title: "The request was given up" },
  "discord-token": broken,
  "discord-unreachable": source,
  "attachment-gone": { status: 404, title: "The picture is no longer there" },
  "attachment-unreachable": source,
  "disk-full": { status: 507, title: "The disk is full" },
  "part-broken": broken,
  "file-missing": { status: 404, title: "The picture of this poster is missing" },
  "file-unreadable": broken,
  "image-empty": invalid,
  "image-too-many-bytes": { status: 413, title: "The picture is too large" },
  "image-too-many-pixels": invalid,
  "image-truncated": invalid,
  "image-corrupt": invalid,
  "image-too-slow": invalid,
  "image-is-svg": invalid,
  "image-is-pdf": invalid,
  "image-is-heic": invalid,
  "image-is-text": invalid,
  "image-unsupported": invalid,
  "model-unknown": broken,
  "model-missing": broken,
  "model-checksum": broken,
  "model-download": broken,
  "model-offline": broken,
  "model-incompatible": broken,
  "embedder-failed": broken,
  "index-empty": broken,
  "index-broken": broken,
  "index-dimension": broken,
  "index-down": broken,
  "index-busy": later,
  "index-refused": broken,
  "index-other-shape": broken,
  "store-broken": broken,
  "store-busy": later,
  "manifest-invalid": broken,
  "title-unknown": { status: 404, title: "No anime has this title" },
  "title-ambiguous": { status: 409, title: "Several anime have this title" },
  "anime-unknown": { status: 404, title: "No source knows this anime" },
  "source-down": source,
  "source-throttled": { status: 503, title: "A service that knows anime asks to wait" },
  "source-refused": source,
  "source-timeout": { status: 504, title: "A service that knows anime did not answer in time" },
  "source-other-shape": source,
  "source-offline": { status: 503, title: "opfind is off the network" },
  "url-forbidden": { status: 422, title: "This URL is not fetched" },
  "cover-missing": { status: 422, title: "There is no picture at this URL" },
  "backup-missing": broken,
  "backup-broken": broken,
  "restore-refused": { status: 409, title: "The folder is in use" },
  "list-missing": { status: 404, title: "There is no such list" },
  "queue-full": later,
  "queue-late": later,
  "reindex-running": { status: 409, title: "A re-index is running already" },
  internal: bug,
};

/** Seconds after which the same request may succeed. */
export const RETRY_AFTER_S: Readonly<Partial<Record<ErrorCode, number>>> = {
  "queue-full": 2,
  "queue-late": 5,
  "index-down": 10,
  "index-busy": 2,
  "store-busy": 2,
  "source-down": 60,
  "source-throttled": 60,
  "source-timeout": 30,
  "embedder-failed": 10,
  "disk-full": 300,
};
