import { extname } from "node:path";
import sharp from "sharp";
import { OpfindError } from "../errors.ts";
import type { TierList } from "../pipeline/tier-list.ts";
import { tierListOverlay } from "../presenters/tier-list-overlay.ts";

type CopyFormat = "png" | "jpeg" | "webp";

/**
 * A copy of the board, upright and in its own size, with a box and a short title on every cell.
 */
export async function annotate(bytes: Uint8Array, list: TierList, format: CopyFormat): Promise<Uint8Array> {
  const { data, info } = await sharp(bytes, { pages: 1 })
    .autoOrient()
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .removeAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const overlay = Buffer.from(tierListOverlay(list, width, height));
  const copy = sharp(data, { raw: { width, height, channels } }).composite([{ input: overlay, left: 0, top: 0 }]);
  return await copy.toFormat(format).toBuffer();
}

/** The format that a file's ending asks for. @throws OpfindError usage */
export function formatOf(out: string): CopyFormat {
  switch (extname(out).toLowerCase()) {
    case ".png":
      return "png";
    case ".jpg":
    case ".jpeg":
      return "jpeg";
    case ".webp":
      return "webp";
    default:
      throw new OpfindError("usage", `A copy can be written as .png, .jpg or .webp, not as ${out}.`);
  }
}
