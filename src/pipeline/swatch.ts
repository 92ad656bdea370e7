import type { RgbImage } from "./ports.ts";

/**
 * The picture's colours from left to right, each the mean of a column: enough to recognise a cover by.
 * @returns `count` colours as `#rrggbb`
 */
export function swatchOf({ data, width, height }: RgbImage, count: number): readonly string[] {
  return Array.from({ length: count }, (_, part) => {
    const from = Math.floor((part * width) / count);
    const to = Math.max(from + 1, Math.floor(((part + 1) * width) / count));
    const sums = [0, 0, 0];
    for (let row = 0; row < height; row += 1) {
      for (let at = (row * width + from) * 3; at < (row * width + to) * 3; at += 1) {
        const channel = (at - row * width * 3) % 3;
        sums[channel] = (sums[channel] ?? 0) + (data[at] ?? 0);
      }
    }
    const pixels = (to - from) * height;
    return `#${sums
      .map((sum) =>
        Math.round(sum / pixels)
          .toString(16)
          .padStart(2, "0"),
      )
      .join("")}`;
  });
}
