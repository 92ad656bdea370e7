import type { RgbImage } from "./ports.ts";

/** Below this shorter side, in pixels, nothing is left of an artwork. */
const SMALLEST_SIDE = 16;
/** Pixels looked at: the spread of a picture does not need them all. */
const SAMPLES = 4096;

/** Spread of a query, below which there is nothing to recognise: halved brightness leaves the flattest cover 13. */
const QUERY_SPREAD = 5;
/** Spread of a gallery view, below which it would answer to every flat picture: whole covers have 27 and more. */
const GALLERY_SPREAD = 20;

/** Is there nothing in this picture that could be recognised: one colour, or hardly a pixel? */
export function isBlankQuery(image: RgbImage): boolean {
  return Math.min(image.width, image.height) < SMALLEST_SIDE || spreadOf(image) < QUERY_SPREAD;
}

/** Is this part of a poster so flat that its embedding stands for any flat picture? */
export function isBlankView(image: RgbImage): boolean {
  return spreadOf(image) < GALLERY_SPREAD;
}

/** Standard deviation of all values, 0–127. */
function spreadOf({ data, width, height }: RgbImage): number {
  const step = Math.max(1, Math.floor((width * height) / SAMPLES)) * 3;
  let [count, sum, squares] = [0, 0, 0];
  for (let at = 0; at + 2 < data.length; at += step) {
    for (let channel = 0; channel < 3; channel += 1) {
      const value = data[at + channel] ?? 0;
      count += 1;
      sum += value;
      squares += value * value;
    }
  }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}
