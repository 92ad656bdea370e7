import type { RgbImage } from "../ports.ts";
import type { Region } from "../region.ts";
import type { Flat, Flats } from "./flats.ts";

/** Which pixels show something: 1 for pictures and text, 0 for ground. */
export interface Mask {
  /** `[height, width]` */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A flat that spans this much of the image's width or height lies behind pictures, not in one. */
const SPANNING = 0.5;
/** Two flats of one ground differ at most this much per channel. */
const SAME_COLOUR = 12;
/** Pixels; smaller flats in a ground's colour belong to pictures. */
const SMALLEST_PATCH = 400;

/** Everything but the grounds and the label column. */
export function maskOf({ width, height }: RgbImage, { map, flats }: Flats, labels: readonly Region[]): Mask {
  const isSpanning = (flat: Flat) => flat.width >= width * SPANNING || flat.height >= height * SPANNING;
  const grounds = flats.filter((flat) => isSpanning(flat) || labels.some((label) => isRestOfRow(flat, label)));
  const known = new Set(grounds);
  const isGround = flats.map((flat) => known.has(flat) || isPatch(flat, grounds));
  const data = new Uint8Array(width * height);
  for (let at = 0; at < data.length; at += 1) {
    const mark = map[at] ?? 0;
    data[at] = mark > 0 && isGround[mark - 1] ? 0 : 1;
  }
  for (const [at, label] of labels.entries()) {
    const next = labels[at + 1];
    // What lies between two tiers, however thin, belongs to neither.
    if (next) data.fill(0, (label.top + label.height) * width, Math.max(label.top + label.height, next.top) * width);
    for (let y = label.top; y < label.top + label.height; y += 1) {
      data.fill(0, y * width + label.left, y * width + label.left + label.width);
    }
  }
  return { data, width, height };
}

/** The empty end of a tier: as tall as its label, and of one colour throughout. */
function isRestOfRow(flat: Flat, label: Region): boolean {
  if (flat.left < label.left + label.width || flat.height < label.height * 0.85) return false;
  const middle = flat.top + flat.height / 2;
  const isBeside = middle >= label.top && middle < label.top + label.height;
  return isBeside && flat.area >= flat.width * flat.height * 0.8;
}

function isPatch(flat: Flat, grounds: readonly Flat[]): boolean {
  if (flat.area < SMALLEST_PATCH) return false;
  return grounds.some(({ colour }) =>
    colour.every((level, channel) => Math.abs(level - (flat.colour[channel] ?? 0)) <= SAME_COLOUR),
  );
}

/** Answers what share of a region the mask covers, 0–1, from one pass over the mask. */
export function coverageOf({ data, width, height }: Mask): (region: Region) => number {
  const sums = new Uint32Array((width + 1) * (height + 1)); // [height + 1, width + 1]
  for (let y = 0; y < height; y += 1) {
    let row = 0;
    for (let x = 0; x < width; x += 1) {
      row += data[y * width + x] ?? 0;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  }
  const upTo = (x: number, y: number) => sums[y * (width + 1) + x] ?? 0;
  return ({ left, top, width: w, height: h }) =>
    (upTo(left + w, top + h) - upTo(left, top + h) - upTo(left + w, top) + upTo(left, top)) / (w * h);
}
