/** Every way opfind can fail, closed: presenters/failure.ts has one sentence for each. */
export const ERROR_CODES = [
  "usage",
  "config-invalid",
  "aborted",
  "disk-full",
  "part-broken",
  "file-missing",
  "file-unreadable",
  "image-empty",
  "image-too-many-bytes",
  "image-too-many-pixels",
  "image-truncated",
  "image-corrupt",
  "image-too-slow",
  "image-is-svg",
  "image-is-pdf",
  "image-is-heic",
  "image-is-text",
  "image-unsupported",
  "model-unknown",
  "model-missing",
  "model-checksum",
  "model-download",
  "model-offline",
  "model-incompatible",
  "embedder-failed",
  "index-empty",
  "index-broken",
  "index-down",
  "index-busy",
  "index-refused",
  "index-other-shape",
  "index-dimension",
  "store-broken",
  "store-busy",
  "backup-missing",
  "backup-broken",
  "restore-refused",
  "manifest-invalid",
  "title-unknown",
  "title-ambiguous",
  "anime-unknown",
  "source-down",
  "source-throttled",
  "source-refused",
  "source-timeout",
  "source-other-shape",
  "source-offline",
  "url-forbidden",
  "cover-missing",
  "list-missing",
  "queue-full",
  "queue-late",
  "reindex-running",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * A failure that a person can be told about. A bug is a RangeError or TypeError instead and reaches the top.
 * `message` is a full sentence in plain English; `details` are facts for the log, never secrets.
 */
export class OpfindError extends Error {
  override readonly name = "OpfindError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;

  constructor(
    code: ErrorCode,
    message: string,
    {
      cause,
      details = {},
    }: { cause?: unknown; details?: Readonly<Record<string, string | number | boolean | null>> } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}
