import type { Region } from "../region.ts";
import type { Mask } from "./mask.ts";

/** A connected part of the mask with its bounding box. */
export interface Blob extends Region {
  /** pixels */
  readonly area: number;
}

/** Pixels; letters and icons are smaller, and nothing is recognised below. */
const SMALLEST_SIDE = 20;
/** Share of its box that a blob fills at least: less is the outline of a panel. */
const FILLED = 0.2;

/** The connected parts of a mask, those too small or too thin for posters left out. */
export function findBlobs({ data, width, height }: Mask): readonly Blob[] {
  const isOpen = Uint8Array.from(data);
  const stack = new Int32Array(width * height);
  const blobs: Blob[] = [];
  for (let at = 0; at < isOpen.length; at += 1) {
    if (isOpen[at] !== 1) continue;
    const blob = take({ isOpen, stack, width, height }, at);
    const isFrame = blob.area < FILLED * blob.width * blob.height;
    if (Math.min(blob.width, blob.height) >= SMALLEST_SIDE && !isFrame) blobs.push(blob);
  }
  return blobs;
}

interface Search {
  readonly isOpen: Uint8Array;
  readonly stack: Int32Array;
  readonly width: number;
  readonly height: number;
}

function take({ isOpen, stack, width, height }: Search, seed: number): Blob {
  let [size, area, left, right, top, bottom] = [0, 0, width, 0, height, 0];
  const push = (at: number): void => {
    if (isOpen[at] !== 1) return;
    isOpen[at] = 0;
    stack[size] = at;
    size += 1;
  };
  push(seed);
  while (size > 0) {
    size -= 1;
    const at = stack[size] ?? 0;
    const [x, y] = [at % width, Math.floor(at / width)];
    area += 1;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    if (x > 0) push(at - 1);
    if (x < width - 1) push(at + 1);
    if (y > 0) push(at - width);
    if (y < height - 1) push(at + width);
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1, area };
}
