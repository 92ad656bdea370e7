import type { RgbImage } from "./ports.ts";

/**
 * The picture's colours from left to right, each the mean of a column: enough to recognise a cover by.
 * @returns `count` colours as `#rrggbb`
 */
export function swatchOf({ data, width, height }: RgbImage, count: number): readonly string[] {
  const step = Math.max(1, Math.floor(height / ROWS));
  return Array.from({ length: count }, (_, part) => {
    const from = Math.floor((part * width) / count);
    const to = Math.max(from + 1, Math.floor(((part + 1) * width) / count));
    const sums = [0, 0, 0];
    let pixels = 0;
    for (let row = 0; row < height; row += step) {
      for (let column = from; column < Math.min(to, width); column += 1, pixels += 1) {
        const at = (row * width + column) * 3;
        for (let channel = 0; channel < 3; channel += 1)
          sums[channel] = (sums[channel] ?? 0) + (data[at + channel] ?? 0);
      }
    }
    return `#${sums.map((sum) => hex(sum / Math.max(1, pixels))).join("")}`;
  });
}

/** Rows looked at: more would not change a colour anyone sees. */
const ROWS = 48;

function hex(level: number): string {
  return Math.round(level).toString(16).padStart(2, "0");
}
