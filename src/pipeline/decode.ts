import sharp from "sharp";
import { orAborted } from "../abort.ts";
import { OpfindError } from "../errors.ts";
import { imageFailure, refuse } from "./image-failure.ts";
import {
  MAX_BOARD_SIDE,
  MAX_DECODE_SECONDS,
  MAX_DECODED_SIDE,
  MAX_IMAGE_BYTES,
  MAX_IMAGE_PIXELS,
  tooManyBytes,
  tooManyPixels,
} from "./image-limits.ts";
import type { RgbImage } from "./ports.ts";
import { readImageFile } from "./read-image-file.ts";
import { IMAGE_FORMATS, type ImageFormat, sniff } from "./sniff.ts";

/** A decoded picture with what it was before. */
export interface DecodedImage extends RgbImage {
  /** pixels of the file as a person sees it: after its EXIF orientation */
  readonly originalWidth: number;
  readonly originalHeight: number;
  readonly format: ImageFormat;
}

/**
 * Decodes one picture to upright sRGB, at most 1,024 px on its long side, transparent parts on white: posters are made for light pages, and viewers
 * show them so. Of an animation it takes the first frame, of a multi-page TIFF the first page.
 * @throws OpfindError image-* | aborted
 */
export async function decodeImage(bytes: Uint8Array, signal: AbortSignal): Promise<DecodedImage> {
  return await decodeTo(MAX_DECODED_SIDE, bytes, signal);
}

/** Like `decodeImage` at up to 4,096 px, for a picture that holds many small ones. @throws like `decodeImage` */
export async function decodeBoard(bytes: Uint8Array, signal: AbortSignal): Promise<DecodedImage> {
  return await decodeTo(MAX_BOARD_SIDE, bytes, signal);
}

async function decodeTo(longest: number, bytes: Uint8Array, signal: AbortSignal): Promise<DecodedImage> {
  if (signal.aborted) throw stopped(signal.reason);
  if (bytes.length > MAX_IMAGE_BYTES) throw tooManyBytes(bytes.length);
  const format = expectImage(bytes);
  try {
    return await withinTime(decode(bytes, format, longest), signal);
  } catch (error) {
    throw imageFailure(error, bytes, format);
  }
}

/** Like `decodeImage`, for a file. @throws OpfindError file-missing | file-unreadable | image-* | aborted */
export async function decodeFile(path: string, signal: AbortSignal): Promise<DecodedImage> {
  return await decodeImage(await readImageFile(path, signal), signal);
}

/**
 * Settings of the whole process, for its start. No cache of operations: every picture is another one, and a server's
 * memory stays flat. One libvips thread per picture: parallelism comes from several pictures at once (libuv's pool),
 * which scales better than splitting one and leaves a core to the network.
 */
export function tuneSharp(): void {
  sharp.cache(false);
  sharp.concurrency(1);
}

function expectImage(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw refuse("empty");
  const kind = sniff(bytes);
  const format = IMAGE_FORMATS.find((known) => known === kind);
  if (format) return format;
  throw refuse(kind === "svg" || kind === "pdf" || kind === "heic" || kind === "text" ? kind : "unknown");
}

async function decode(bytes: Uint8Array, format: ImageFormat, longest: number): Promise<DecodedImage> {
  const picture = sharp(bytes, { failOn: "truncated", limitInputPixels: MAX_IMAGE_PIXELS, pages: 1 });
  const header = await picture.metadata();
  // libvips chose a decoder by its own look at the bytes: it must be the one meant here (SVG, for one, is another).
  if (header.format !== (format === "avif" ? "heif" : format)) throw refuse("unknown");
  if (format === "avif" && header.compression !== "av1") throw refuse("heic");
  if (header.width * header.height > MAX_IMAGE_PIXELS) throw tooManyPixels(header.width, header.height);
  const { data, info } = await picture
    .autoOrient()
    .resize({ width: longest, height: longest, fit: "inside", withoutEnlargement: true })
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .removeAlpha()
    .timeout({ seconds: MAX_DECODE_SECONDS })
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new RangeError(`decoder gave ${info.channels} channels where 3 were asked for`);
  const { width: originalWidth, height: originalHeight } = header.autoOrient;
  return { data, width: info.width, height: info.height, originalWidth, originalHeight, format };
}

/** libvips checks its own timeout between blocks of pixels only: the answer does not wait for that. */
async function withinTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let letGo = () => {};
  const cut = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(refuse("slow")), MAX_DECODE_SECONDS * 1000);
    letGo = () => clearTimeout(timer);
  });
  try {
    return await orAborted(Promise.race([work, cut]), signal, () => stopped(signal.reason));
  } finally {
    letGo();
  }
}

function stopped(cause: unknown): OpfindError {
  return new OpfindError("aborted", "Decoding the picture was stopped.", { cause });
}
