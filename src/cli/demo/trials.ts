import sharp from "sharp";
import { randomOf } from "../../evaluate/random.ts";
import {
  bar,
  border,
  cropTo,
  darken,
  jpeg,
  letterbox,
  mirrored,
  resizeTo,
  squash,
  textOver,
} from "../../evaluate/retouch.ts";
import type { RgbImage } from "../../pipeline/ports.ts";

/** One poster and what is done to it before opfind is asked about it. */
export interface Trial {
  /** name in examples/posters/, without extension */
  readonly file: string;
  readonly what: string;
  apply(image: RgbImage): Promise<RgbImage>;
}

export const TRIALS: readonly Trial[] = [
  { file: "lantern-harbour-2", what: "96 pixels wide", apply: (image) => resizeTo(image, { width: 96 }) },
  { file: "velvet-static-1", what: "mirrored", apply: mirrored },
  {
    file: "iron-lullaby-1",
    what: "a fifth cropped away",
    apply: (image) => cropTo(image, { share: 0.8, x: 0.5, y: 0.5 }),
  },
  {
    file: "paper-comet-1",
    what: "in a wide frame",
    apply: (image) => border(image, { share: 0.25, colour: "#1e2a4a" }),
  },
  { file: "saltwind-brigade-2", what: "darkened", apply: darken },
  { file: "moonlit-courier-2", what: "saved as JPEG 20", apply: (image) => jpeg(image, 20) },
  { file: "rooftop-rally-2", what: "letterboxed", apply: (image) => letterbox(image, 16 / 9) },
  {
    file: "tsumugis-clockwork-kitchen-2",
    what: "a bar over a quarter",
    apply: (image) => bar(image, { share: 0.25, atTop: false, colour: "#36393f" }),
  },
  {
    file: "glasswing-academy-1",
    what: "a cell of a tier list",
    apply: async (image) => jpeg(await squash(image, { width: 96, height: 140 }), 60),
  },
  { file: "night-train-to-sora-1", what: "captions over it", apply: (image) => textOver(image, randomOf("demo")) },
  {
    file: "nine-gates-for-aoba-1",
    what: "an off-centre three quarters",
    apply: (image) => cropTo(image, { share: 0.75, x: 0.9, y: 0.1 }),
  },
  {
    file: "hollow-crown-dragoon-2",
    what: "mirrored, small and dark",
    apply: async (image) => resizeTo(await darken(await mirrored(image)), { width: 128 }),
  },
];

/** The bytes of an image file, as it would arrive from somebody. */
export async function toFile({ data, width, height }: RgbImage): Promise<Uint8Array> {
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
}
