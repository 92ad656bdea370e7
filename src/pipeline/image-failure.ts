import { type ErrorCode, OpfindError } from "../errors.ts";
import { MAX_DECODE_SECONDS, tooManyPixels } from "./image-limits.ts";
import { endsEarly, type ImageFormat } from "./sniff.ts";

const READ = "JPEG, PNG, WebP, AVIF, GIF or TIFF";

const REASONS = {
  empty: ["image-empty", "The file is empty. Download or save the picture again."],
  svg: ["image-is-svg", `This is an SVG drawing, which is not read. Export it as ${READ}.`],
  pdf: ["image-is-pdf", `This is a PDF document, not a picture. Save the page as ${READ}.`],
  heic: ["image-is-heic", `This is a HEIC photo, which cannot be read here. Save it as ${READ}.`],
  text: [
    "image-is-text",
    "This is text, not a picture, perhaps an error page saved under a picture's name. Download the picture again.",
  ],
  unknown: ["image-unsupported", `This is not a picture of a known format. Save it as ${READ}.`],
  truncated: [
    "image-truncated",
    "The picture stops before its end: the download was probably cut off. Download it again.",
  ],
  corrupt: ["image-corrupt", "The picture is damaged and cannot be decoded. Download it again or save it anew."],
  slow: [
    "image-too-slow",
    `The picture takes more than ${MAX_DECODE_SECONDS} seconds to decode. Save it smaller or in a simpler format.`,
  ],
} as const satisfies Readonly<Record<string, readonly [ErrorCode, string]>>;

/** A picture that is refused, with the sentence a person reads. */
export function refuse(reason: keyof typeof REASONS, cause?: unknown): OpfindError {
  const [code, message] = REASONS[reason];
  return new OpfindError(code, message, { cause });
}

/** Translates what the decoder threw. Bugs of ours (RangeError, TypeError) pass unchanged. */
export function imageFailure(error: unknown, bytes: Uint8Array, format: ImageFormat): unknown {
  if (error instanceof OpfindError || error instanceof RangeError || error instanceof TypeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (/exceeds pixel limit/i.test(message)) return tooManyPixels(0, 0);
  if (/timeout/i.test(message)) return refuse("slow", error);
  const isCut =
    endsEarly(bytes, format) || /premature end|unexpected end|end of (file|stream)|truncated/i.test(message);
  return refuse(isCut ? "truncated" : "corrupt", error);
}
