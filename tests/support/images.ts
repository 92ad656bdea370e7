import sharp, { type Sharp } from "sharp";

/** Draws a picture with smooth gradients, edges and a little texture, the same one for the same seed. */
export function drawing(width: number, height: number, seed = 1): Sharp {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const disc = (x - width * 0.6) ** 2 + (y - height * 0.4) ** 2 < (Math.min(width, height) * 0.2) ** 2;
      data[at] = disc ? 230 : (255 * x) / width;
      data[at + 1] = disc ? (40 * seed) % 200 : (255 * y) / height;
      data[at + 2] = 127 + 100 * Math.sin((x * seed) / 9 + y / 7);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** A picture of one colour. */
export function plain(width: number, height: number, background: string): Sharp {
  return sharp({ create: { width, height, channels: 3, background } });
}

/** One small file of every format that opfind reads. */
export async function everyFormat(): Promise<ReadonlyMap<string, Uint8Array>> {
  const source = drawing(96, 136);
  return new Map<string, Uint8Array>([
    ["jpeg", await source.clone().jpeg().toBuffer()],
    ["png", await source.clone().png().toBuffer()],
    ["webp", await source.clone().webp().toBuffer()],
    ["avif", await source.clone().avif({ effort: 0 }).toBuffer()],
    ["gif", await source.clone().gif().toBuffer()],
    ["tiff", await source.clone().tiff({ compression: "lzw" }).toBuffer()],
  ]);
}
