import type { RgbImage } from "../ports.ts";
import { type Area, flood } from "./flood.ts";

/** A connected area of one colour. */
export interface Flat extends Area {
  readonly colour: readonly [number, number, number];
}

export interface Flats {
  /** per pixel 1 + the place of its flat in `flats`, 0 outside of all: `[height, width]` */
  readonly map: Int32Array;
  readonly flats: readonly Flat[];
}

/** Every second pixel is tried as a seed: a gap of three pixels has one. */
const SEED_STEP = 2;
/** Range of a seed's 3 × 3 neighbourhood; JPEG at quality 70 leaves this much on a flat ground. */
const SEED_RANGE = 10;
/** Distance of a pixel from its seed, per channel: above what JPEG rings beside an edge, below two labels' difference. */
const TOLERANCE = 14;

/** Finds the areas of one colour: grounds, panels, labels, and flat parts of posters. */
export function findFlats(image: RgbImage): Flats {
  const { width, height } = image;
  const map = new Int32Array(width * height);
  const stack = new Int32Array(width * height);
  const flats: Flat[] = [];
  for (let y = 1; y < height - 1; y += SEED_STEP) {
    for (let x = 1; x < width - 1; x += SEED_STEP) {
      const at = y * width + x;
      if (map[at] === 0 && isFlatAt(image, at)) flats.push(fill(image, { map, stack, mark: flats.length + 1 }, at));
    }
  }
  return { map, flats };
}

function isFlatAt({ data, width }: RgbImage, at: number): boolean {
  for (let channel = 0; channel < 3; channel += 1) {
    const middle = data[at * 3 + channel] ?? 0;
    for (let dy = -width; dy <= width; dy += width) {
      for (let dx = -1; dx <= 1; dx += 1) {
        if (Math.abs((data[(at + dy + dx) * 3 + channel] ?? 0) - middle) > SEED_RANGE) return false;
      }
    }
  }
  return true;
}

function fill(
  { data, width, height }: RgbImage,
  { map, stack, mark }: { readonly map: Int32Array; readonly stack: Int32Array; readonly mark: number },
  seed: number,
): Flat {
  const [red, green, blue] = [data[seed * 3] ?? 0, data[seed * 3 + 1] ?? 0, data[seed * 3 + 2] ?? 0];
  const claim = (at: number): boolean => {
    if (map[at] !== 0) return false;
    const from = at * 3;
    if (Math.abs((data[from] ?? 0) - red) > TOLERANCE || Math.abs((data[from + 1] ?? 0) - green) > TOLERANCE)
      return false;
    if (Math.abs((data[from + 2] ?? 0) - blue) > TOLERANCE) return false;
    map[at] = mark;
    return true;
  };
  return { ...flood({ width, height, stack }, seed, claim), colour: [red, green, blue] };
}
