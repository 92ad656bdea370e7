import type { RgbImage } from "../ports.ts";
import type { Blob } from "./blobs.ts";
import { brightness } from "./brightness.ts";
import type { Flat } from "./flats.ts";

/** Share of a line that looks like ground, from which on it runs between pictures. */
const CLEAR = 0.86;
/** Brightness that JPEG at quality 60 puts into a gap of three pixels, 0–255. Colour bleeds much further: it does not count. */
const BLEEDING = 30;
/** Pixels; thinner pieces are no pictures. */
const THINNEST = 20;

/**
 * Cuts blobs apart where straight lines of ground run through them. What JPEG blurred a narrow gap with keeps pixels
 * from being ground, but hardly a whole line. A blob's own outline counts as ground as well: a board without a wide
 * margin still has a narrow one.
 */
export function cutAtGaps(
  image: RgbImage,
  blobs: readonly Blob[],
  grounds: readonly Flat["colour"][],
): readonly Blob[] {
  const levels = grounds.map((colour) => brightness(colour));
  return blobs.flatMap((blob) => cut(image, blob, [...levels, outline(image, blob)]));
}

function cut(image: RgbImage, { left, top, width, height }: Blob, grounds: readonly number[]): readonly Blob[] {
  const isGround = Array.from({ length: 256 }, (_, level) => grounds.some((one) => Math.abs(one - level) <= BLEEDING));
  const isClear = (length: number, placeOf: (step: number) => readonly [number, number]) => {
    let clear = 0;
    for (let step = 0; step < length; step += 1) {
      const [x, y] = placeOf(step);
      if (isGround[brightness(image.data, (y * image.width + x) * 3)]) clear += 1;
    }
    return clear >= CLEAR * length;
  };
  const bands = stretches(height, (y) => !isClear(width, (x) => [left + x, top + y]));
  return bands.flatMap((band) => {
    const columns = stretches(width, (x) => !isClear(band.length, (y) => [left + x, top + band.from + y]));
    return columns.map((column) => ({
      ...{ left: left + column.from, top: top + band.from, width: column.length, height: band.length },
      area: column.length * band.length,
    }));
  });
}

/** The median brightness around a blob. */
function outline({ data, width: wide }: RgbImage, { left, top, width, height }: Blob): number {
  const at = (x: number, y: number) => brightness(data, (y * wide + x) * 3);
  const across = Array.from({ length: width }, (_, x) => [at(left + x, top), at(left + x, top + height - 1)]);
  const down = Array.from({ length: height }, (_, y) => [at(left, top + y), at(left + width - 1, top + y)]);
  const levels = [...across, ...down].flat().sort((a, b) => a - b);
  return levels[Math.floor(levels.length / 2)] ?? 0;
}

interface Stretch {
  readonly from: number;
  readonly length: number;
}

/** Where `holds` is true without a break. */
function stretches(length: number, holds: (at: number) => boolean): readonly Stretch[] {
  const found: Stretch[] = [];
  let from = -1;
  for (let at = 0; at <= length; at += 1) {
    const isIn = at < length && holds(at);
    if (isIn && from < 0) from = at;
    if (isIn || from < 0) continue;
    if (at - from >= THINNEST) found.push({ from, length: at - from });
    from = -1;
  }
  return found;
}
