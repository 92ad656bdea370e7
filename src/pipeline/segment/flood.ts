import type { Region } from "../region.ts";

/** A connected area with its bounding box. */
export interface Area extends Region {
  /** pixels */
  readonly area: number;
}

interface Plane {
  readonly width: number;
  readonly height: number;
  /** scratch memory, one entry per pixel; its content does not matter */
  readonly stack: Int32Array;
}

/**
 * Follows an area from a seed over the four neighbours of each pixel.
 * @param claim tells whether a pixel belongs to the area, and marks it: true once per pixel at most
 */
export function flood({ width, height, stack }: Plane, seed: number, claim: (at: number) => boolean): Area {
  let [size, area, left, right, top, bottom] = [0, 0, width, 0, height, 0];
  const push = (at: number): void => {
    if (!claim(at)) return;
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
