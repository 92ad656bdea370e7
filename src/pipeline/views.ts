import type { RgbImage } from "./ports.ts";
import { crop, middle, mirror, type Region, shrinkTowards } from "./region.ts";
import { findPicture } from "./trim.ts";

/** A picture made from another one, under a name that is stored beside its embedding. */
export interface View {
  readonly name: string;
  readonly image: RgbImage;
}

export interface QueryViews {
  /** what is embedded always: the picture without its borders */
  readonly first: View;
  /** what is embedded when the first view does not decide; made only then */
  further(): readonly View[];
}

/** Longer side that a view is reduced towards before it is copied around; networks see 160–224 pixels. */
const WORKING_SIZE = 320;
/** A trimmed picture that keeps this much of both sides is the whole picture as far as a network can tell. */
const NEARLY_ALL = 0.98;

/** The views of a query, in the order in which they are asked for. */
export function queryViews(image: RgbImage): QueryViews {
  const picture = findPicture(image);
  const isTrimmed = isReallyTrimmed(picture, image);
  const trimmed = isTrimmed ? crop(image, picture) : image;
  return {
    first: { name: "trimmed", image: trimmed },
    further() {
      const small = shrinkTowards(trimmed, WORKING_SIZE);
      return [
        ...(isTrimmed ? [{ name: "whole", image: shrinkTowards(image, WORKING_SIZE) }] : []),
        { name: "mirror", image: mirror(small) },
        { name: "zoom 0.8", image: crop(small, middle(small, 0.8)) },
        { name: "zoom 0.62", image: crop(small, middle(small, 0.62)) },
      ];
    },
  };
}

/** The views of a gallery poster: one embedding each. They answer queries that lost a part of the poster. */
export function galleryViews(image: RgbImage): readonly View[] {
  const picture = findPicture(image);
  const isTrimmed = isReallyTrimmed(picture, image);
  const small = shrinkTowards(isTrimmed ? crop(image, picture) : image, WORKING_SIZE);
  return [
    { name: "full", image },
    ...(isTrimmed ? [{ name: "trimmed", image: small }] : []),
    ...Object.entries(GALLERY_PARTS).map(([name, part]) => ({ name, image: crop(small, partOf(small, part)) })),
  ];
}

interface Part {
  /** place of the part's left and top edge in the room that it leaves, 0–1 */
  readonly x: number;
  readonly y: number;
  /** share of the sides; "square" is the largest square */
  readonly share: number | "square";
}

const GALLERY_PARTS: Readonly<Record<string, Part>> = {
  "centre square": { x: 0.5, y: 0.5, share: "square" },
  "top square": { x: 0.5, y: 0, share: "square" },
  centre: { x: 0.5, y: 0.5, share: 0.75 },
  "top left": { x: 0, y: 0, share: 0.75 },
  "top right": { x: 1, y: 0, share: 0.75 },
  "bottom left": { x: 0, y: 1, share: 0.75 },
  "bottom right": { x: 1, y: 1, share: 0.75 },
};

function partOf({ width, height }: RgbImage, { x, y, share }: Part): Region {
  const shorter = Math.min(width, height);
  const size =
    share === "square"
      ? { width: shorter, height: shorter }
      : { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
  return { ...size, left: Math.floor((width - size.width) * x), top: Math.floor((height - size.height) * y) };
}

function isReallyTrimmed(picture: Region, image: RgbImage): boolean {
  return picture.width < image.width * NEARLY_ALL || picture.height < image.height * NEARLY_ALL;
}
