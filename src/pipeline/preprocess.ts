import sharp, { type Sharp } from "sharp";
import type { ModelInput } from "../domain/model.ts";
import { bicubic } from "./enlarge.ts";
import type { RgbImage } from "./ports.ts";

/** Beyond this ratio the sides that the centre crop drops anyway are cut first: 1 × 1,024 would grow to 224 × 229,376. */
const MAX_CLIP_RATIO = 8;

interface Geometry {
  readonly scaled: Pick<Box, "width" | "height">;
  readonly crop: Box;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Writes one picture as the network wants it into a slot of a batch: `[3, height, width]`, float32, RGB,
 * `(value / 255 - mean) / std`. Bicubic with a = -0.5 and antialiasing, as Pillow's, which the networks were trained with.
 * @param slot view of length 3 · height · width, filled completely
 */
export async function preprocessInto(slot: Float32Array, image: RgbImage, input: ModelInput): Promise<void> {
  const { width, height } = input;
  const area = width * height;
  if (slot.length !== 3 * area) throw new RangeError(`slot of ${slot.length} for an input of 3 × ${height} × ${width}`);
  const pixels = await resize(image, input); // [height, width, 3]
  for (let channel = 0; channel < 3; channel++) {
    const values = valuesOf(channel, input); // [256]
    const plane = channel * area;
    for (let i = 0, from = channel; i < area; i++, from += 3) slot[plane + i] = values[pixels[from] ?? 0] ?? 0;
  }
}

/** What each of the 256 levels becomes: a look-up halves the time of the loop over pixels. */
function valuesOf(channel: number, { mean, std }: ModelInput): Float32Array {
  const [centre = 0, spread = 1] = [mean[channel], std[channel]];
  return Float32Array.from({ length: 256 }, (_, level) => (level / 255 - centre) / spread);
}

/**
 * Where the picture goes before the network: "squash" fills the input; "clip" scales the short side to the input and
 * floors the long one, then takes the centre, as CLIP's own processor does. sharp's "cover" rounds the long side, which
 * moves pixels by up to 19/255 on odd ratios.
 */
export function clipGeometry(image: Pick<RgbImage, "width" | "height">, side: number): Geometry {
  const short = Math.min(image.width, image.height);
  const width = Math.floor((side * image.width) / short);
  const height = Math.floor((side * image.height) / short);
  const crop = {
    left: Math.floor((width - side) / 2),
    top: Math.floor((height - side) / 2),
    width: side,
    height: side,
  };
  return { scaled: { width, height }, crop };
}

async function resize(image: RgbImage, { width, height, resize: mode }: ModelInput): Promise<Uint8Array> {
  const whole = { left: 0, top: 0, width, height };
  if (mode === "squash") return await resample(image, { scaled: whole, crop: whole });
  const middle = centre(image);
  const isWhole = middle.width === image.width && middle.height === image.height;
  return await resample(isWhole ? image : await cut(image, middle), clipGeometry(middle, width));
}

/** Scales to `scaled`, then cuts out `crop`. */
async function resample(image: RgbImage, { scaled, crop }: Geometry): Promise<Uint8Array> {
  const isCropped = crop.width !== scaled.width || crop.height !== scaled.height;
  if (scaled.width > image.width || scaled.height > image.height) {
    const data = bicubic(image, scaled.width, scaled.height);
    return isCropped ? (await cut({ data, ...scaled }, crop)).data : data;
  }
  const { width, height } = scaled;
  const smaller = open(image).resize({ width, height, fit: "fill", kernel: "cubic" });
  return await (isCropped ? smaller.extract(crop) : smaller).raw().toBuffer();
}

async function cut(image: RgbImage, box: Box): Promise<RgbImage> {
  return { data: await open(image).extract(box).raw().toBuffer(), width: box.width, height: box.height };
}

function open({ data, width, height }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function centre({ width, height }: Pick<RgbImage, "width" | "height">): Box {
  const keptWidth = Math.min(width, height * MAX_CLIP_RATIO);
  const keptHeight = Math.min(height, width * MAX_CLIP_RATIO);
  const left = Math.floor((width - keptWidth) / 2);
  return { left, top: Math.floor((height - keptHeight) / 2), width: keptWidth, height: keptHeight };
}
