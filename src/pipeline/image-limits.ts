import { OpfindError } from "../errors.ts";

/** Discord's upload limit for a person without Nitro, and far above any poster (the largest measured is 1.8 MB). */
export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;

/** Refuses a 256-megapixel bomb in 0.9 ms while every phone camera passes (docs on sharp's `limitInputPixels`). */
export const MAX_IMAGE_PIXELS = 50_000_000;

/** Fifty times the slowest honest picture measured: an AVIF poster takes 74 ms, a 12 MB PNG 102 ms. */
export const MAX_DECODE_SECONDS = 5;

/**
 * Long side handed to the later stages. Networks see 224 px and geometric verification 300 px, after crops down to a
 * third: 1,024 leaves each of them enough, and 3 MB of pixels instead of 150.
 */
export const MAX_DECODED_SIDE = 1024;

/** Long side of a board: 400 covers of 100 × 143 px and their gaps fit in 4,096, and 50 MB of pixels hold it. */
export const MAX_BOARD_SIDE = 4096;

export function tooManyBytes(bytes: number): OpfindError {
  const message = `The picture has ${megabytes(bytes)} MB; at most ${megabytes(MAX_IMAGE_BYTES)} MB are accepted. Save it smaller or with more compression.`;
  return new OpfindError("image-too-many-bytes", message, { details: { bytes, maxBytes: MAX_IMAGE_BYTES } });
}

export function tooManyPixels(width: number, height: number): OpfindError {
  const size = width > 0 ? `${width} × ${height} pixels` : "too many pixels";
  const message = `The picture has ${size}; at most ${MAX_IMAGE_PIXELS / 1e6} million are accepted. Scale it down.`;
  return new OpfindError("image-too-many-pixels", message, { details: { width, height, maxPixels: MAX_IMAGE_PIXELS } });
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, "");
}
