import { type Area, flood } from "./flood.ts";
import type { Mask } from "./mask.ts";

/** A connected part of the mask. */
export type Blob = Area;

/** Pixels; letters and icons are smaller, and nothing is recognised below. */
const SMALLEST_SIDE = 20;
/** Share of its box that a blob fills at least: less is the outline of a panel. */
const FILLED = 0.2;

/** The connected parts of a mask, those too small or too thin for posters left out. */
export function findBlobs({ data, width, height }: Mask): readonly Blob[] {
  const isOpen = Uint8Array.from(data);
  const stack = new Int32Array(width * height);
  const blobs: Blob[] = [];
  const claim = (at: number): boolean => {
    if (isOpen[at] !== 1) return false;
    isOpen[at] = 0;
    return true;
  };
  for (let at = 0; at < isOpen.length; at += 1) {
    if (isOpen[at] !== 1) continue;
    const blob = flood({ width, height, stack }, at, claim);
    const isFrame = blob.area < FILLED * blob.width * blob.height;
    if (Math.min(blob.width, blob.height) >= SMALLEST_SIDE && !isFrame) blobs.push(blob);
  }
  return blobs;
}

/** Pixels of all together. */
export function areaOf(blobs: readonly Blob[]): number {
  return blobs.reduce((sum, { area }) => sum + area, 0);
}
