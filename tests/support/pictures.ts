import type { RgbImage } from "../../src/pipeline/ports.ts";

export type Colour = readonly [number, number, number];

/** A busy picture: no line of it is one colour. The same for the same seed. */
export function busyPicture(width: number, height: number, seed = 1): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 1) data[at] = (at * 7919 * (seed + 1) + ((at * at * seed) >> 3)) % 256;
  return { data, width, height };
}

export function flatPicture(width: number, height: number, [red, green, blue]: Colour): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 3) data.set([red, green, blue], at);
  return { data, width, height };
}

/** `inner` laid over `ground` at a place. */
export function paste(ground: RgbImage, inner: RgbImage, { left, top }: { left: number; top: number }): RgbImage {
  const data = Uint8Array.from(ground.data);
  for (let row = 0; row < inner.height; row += 1) {
    const line = inner.data.subarray(row * inner.width * 3, (row + 1) * inner.width * 3);
    data.set(line, ((top + row) * ground.width + left) * 3);
  }
  return { ...ground, data };
}

/** Every value moved up or down by at most `most`, as a lossy file does it. */
export function withNoise({ data, width, height }: RgbImage, most: number): RgbImage {
  let state = 12345;
  const noisy = data.map((value) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const moved = value + Math.round(((state >>> 8) / 2 ** 24 - 0.5) * 2 * most);
    return Math.max(0, Math.min(255, moved));
  });
  return { data: noisy, width, height };
}
