import sharp from "sharp";
import type { ModelInput } from "../domain/model.ts";
import type { RgbImage } from "./ports.ts";

/** Part of every `modelId`: raise it whenever the same picture would give other numbers. */
export const PREPROCESSING_VERSION = 1;

/** Beyond this ratio the sides that the centre crop drops anyway are cut first: 1 × 1,024 would grow to 224 × 229,376. */
const MAX_CLIP_RATIO = 8;

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
  const { width, height, mean, std } = input;
  const area = width * height;
  if (slot.length !== 3 * area) throw new RangeError(`slot of ${slot.length} for an input of 3 × ${height} × ${width}`);
  const pixels = await resize(image, input); // [height, width, 3]
  for (let channel = 0; channel < 3; channel++) {
    const scale = 1 / (255 * (std[channel] ?? 1));
    const shift = -(mean[channel] ?? 0) / (std[channel] ?? 1);
    const plane = slot.subarray(channel * area, (channel + 1) * area); // [height, width]
    for (let i = 0, from = channel; i < area; i++, from += 3) plane[i] = (pixels[from] ?? 0) * scale + shift;
  }
}

/**
 * Where the picture goes before the network: "squash" fills the input; "clip" scales the short side to the input and
 * floors the long one, then takes the centre, as CLIP's own processor does. sharp's "cover" rounds the long side, which
 * moves pixels by up to 19/255 on odd ratios.
 */
export function clipGeometry(
  image: Pick<RgbImage, "width" | "height">,
  side: number,
): { scaled: Pick<Box, "width" | "height">; crop: Box } {
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
  const { data } = image;
  const raw = sharp(data, { raw: { width: image.width, height: image.height, channels: 3 } });
  if (mode === "squash") return await raw.resize({ width, height, fit: "fill", kernel: "cubic" }).raw().toBuffer();
  const middle = centre(image);
  const { scaled, crop } = clipGeometry(middle, width);
  return await raw
    .extract(middle)
    .resize({ ...scaled, fit: "fill", kernel: "cubic" })
    .extract(crop)
    .raw()
    .toBuffer();
}

function centre({ width, height }: Pick<RgbImage, "width" | "height">): Box {
  const keptWidth = Math.min(width, height * MAX_CLIP_RATIO);
  const keptHeight = Math.min(height, width * MAX_CLIP_RATIO);
  const left = Math.floor((width - keptWidth) / 2);
  return { left, top: Math.floor((height - keptHeight) / 2), width: keptWidth, height: keptHeight };
}
