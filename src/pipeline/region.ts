import type { RgbImage } from "./ports.ts";

/** A rectangle in pixels of an image. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The part of `image` inside `region`, copied; the image itself when the region is all of it. */
export function crop(image: RgbImage, { left, top, width, height }: Region): RgbImage {
  if (width === image.width && height === image.height) return image;
  if (left < 0 || top < 0 || width < 1 || height < 1 || left + width > image.width || top + height > image.height) {
    throw new RangeError(`Region ${width}x${height}+${left}+${top} leaves the ${image.width}x${image.height} image.`);
  }
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row += 1) {
    const from = ((top + row) * image.width + left) * 3;
    data.set(image.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { data, width, height };
}

/** Left and right exchanged. */
export function mirror({ data, width, height }: RgbImage): RgbImage {
  const flipped = new Uint8Array(data.length);
  for (let row = 0; row < height; row += 1) {
    let from = row * width * 3;
    let to = (row + 1) * width * 3 - 3;
    for (let column = 0; column < width; column += 1, from += 3, to -= 3) {
      flipped[to] = data[from] ?? 0;
      flipped[to + 1] = data[from + 1] ?? 0;
      flipped[to + 2] = data[from + 2] ?? 0;
    }
  }
  return { data: flipped, width, height };
}

/** A quarter turn clockwise. */
export function quarterTurn({ data, width, height }: RgbImage): RgbImage {
  const turned = new Uint8Array(data.length);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const from = (row * width + column) * 3;
      const to = (column * height + (height - 1 - row)) * 3;
      turned[to] = data[from] ?? 0;
      turned[to + 1] = data[from + 1] ?? 0;
      turned[to + 2] = data[from + 2] ?? 0;
    }
  }
  return { data: turned, width: height, height: width };
}

/** The middle of the image: `share` (0–1] of both sides. */
export function middle({ width, height }: RgbImage, share: number): Region {
  const [inner, tall] = [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))];
  return {
    left: Math.floor((width - inner) / 2),
    top: Math.floor((height - tall) / 2),
    width: inner,
    height: tall,
  };
}

/** Averages blocks of whole pixels until the longer side is at most twice `longest`: quick, and enough for a network's input. */
export function shrinkTowards(image: RgbImage, longest: number): RgbImage {
  const factor = Math.floor(Math.max(image.width, image.height) / longest);
  if (factor < 2) return image;
  const [width, height] = [Math.floor(image.width / factor), Math.floor(image.height / factor)];
  if (width < 1 || height < 1) return image;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) averageBlock(image, { data, width }, { row, column, factor });
  }
  return { data, width, height };
}

function averageBlock(
  { data, width }: RgbImage,
  to: { readonly data: Uint8Array; readonly width: number },
  { row, column, factor }: { readonly row: number; readonly column: number; readonly factor: number },
): void {
  let [red, green, blue] = [0, 0, 0];
  for (let y = row * factor; y < (row + 1) * factor; y += 1) {
    let from = (y * width + column * factor) * 3;
    for (let x = 0; x < factor; x += 1, from += 3) {
      red += data[from] ?? 0;
      green += data[from + 1] ?? 0;
      blue += data[from + 2] ?? 0;
    }
  }
  const at = (row * to.width + column) * 3;
  const area = factor * factor;
  to.data[at] = red / area + 0.5;
  to.data[at + 1] = green / area + 0.5;
  to.data[at + 2] = blue / area + 0.5;
}
