import { isBlankView } from "./blank.ts";
import type { RgbImage } from "./ports.ts";
import { crop, middle, mirror, quarterTurn, type Region, shrinkTowards } from "./region.ts";
import { BOLD, findPicture } from "./trim.ts";

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
  const { picture, isTrimmed, isInner } = cutOut(image);
  return {
    first: { name: "trimmed", image: picture },
    further() {
      const small = shrinkTowards(picture, WORKING_SIZE);
      const isWide = picture.width > picture.height * WIDE;
      return [
        ...(isTrimmed && !isInner ? [{ name: "whole", image: shrinkTowards(image, WORKING_SIZE) }] : []),
        ...(isWide ? wideViews(small) : []),
        { name: "mirror", image: mirror(small) },
        { name: "zoom 0.8", image: crop(small, middle(small, 0.8)) },
      ];
    },
  };
}

/** The views of a gallery poster: one embedding each. They answer queries that lost a part of the poster. */
export function galleryViews(image: RgbImage): readonly View[] {
  const { picture, isTrimmed, isInner } = cutOut(image);
  const small = shrinkTowards(picture, WORKING_SIZE);
  return [
    ...(isInner ? [] : [{ name: "full", image }]),
    ...(isTrimmed ? [{ name: "trimmed", image: small }] : []),
    ...partsOf(small).filter((view) => !isBlankView(view.image)),
  ];
}

interface CutOut {
  readonly picture: RgbImage;
  readonly isTrimmed: boolean;
  /** The picture is a small thing on a large flat ground, and the ground says nothing. */
  readonly isInner: boolean;
}

/**
 * The picture without its borders. A small poster on an empty page and a cover that is a logo on a flat ground are cut
 * out alike, in query and gallery: otherwise every such page resembles every such cover.
 */
function cutOut(image: RgbImage): CutOut {
  const area = image.width * image.height;
  const inner = findPicture(image, BOLD);
  const isInner = inner.width * inner.height < area * INNER;
  const region = isInner ? inner : findPicture(image);
  const isTrimmed = region.width < image.width * NEARLY_ALL || region.height < image.height * NEARLY_ALL;
  return { picture: isTrimmed ? crop(image, region) : image, isTrimmed, isInner };
}

/** Share of the area: two of 993 covers on AniList are logos smaller than this, a 30 % border leaves .44. */
const INNER = 0.4;

/** A poster stands upright: what is wider than this is a screen around it, or a poster on its side. */
const WIDE = 1.15;
/** Width to height of a cover on AniList, in the mean. */
const COVER_ASPECT = 0.71;

function wideViews(image: RgbImage): readonly View[] {
  const width = Math.min(image.width, Math.max(1, Math.round(image.height * COVER_ASPECT)));
  const column = { left: Math.floor((image.width - width) / 2), top: 0, width, height: image.height };
  const clockwise = quarterTurn(image);
  return [
    { name: "column", image: crop(image, column) },
    { name: "clockwise", image: clockwise },
    { name: "anticlockwise", image: quarterTurn(quarterTurn(clockwise)) },
  ];
}

/** Which part of a poster a view shows: shares of its sides, and where in the room that is left (0–1). */
interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const THREE_QUARTERS = { width: 0.75, height: 0.75 } as const;

/**
 * Measured (models/calibration.md): on top of the whole poster the squares, the centre, the corners and the upper and
 * lower part raise recall at 0.5 % false accepts from .89 to .99, and each of these four has its share. A mirrored view
 * changed nothing.
 */
const GALLERY_PARTS: Readonly<Record<string, Part>> = {
  centre: { x: 0.5, y: 0.5, ...THREE_QUARTERS },
  "top left": { x: 0, y: 0, ...THREE_QUARTERS },
  "top right": { x: 1, y: 0, ...THREE_QUARTERS },
  "bottom left": { x: 0, y: 1, ...THREE_QUARTERS },
  "bottom right": { x: 1, y: 1, ...THREE_QUARTERS },
  upper: { x: 0, y: 0, width: 1, height: 0.75 },
  lower: { x: 0, y: 1, width: 1, height: 0.75 },
};

/** Where the largest square is taken from: profile pictures and boards cut at the middle or at the top. */
const SQUARES: Readonly<Record<string, number>> = { "centre square": 0.5, "top square": 0 };

function partsOf(image: RgbImage): readonly View[] {
  const { width, height } = image;
  const side = Math.min(width, height);
  const squares = Object.entries(SQUARES).map(([name, place]) => ({
    name,
    image: crop(image, placed(image, { x: 0.5, y: place, width: side, height: side })),
  }));
  const shares = Object.entries(GALLERY_PARTS).map(([name, part]) => {
    const size = {
      width: Math.max(1, Math.round(width * part.width)),
      height: Math.max(1, Math.round(height * part.height)),
    };
    return { name, image: crop(image, placed(image, { ...part, ...size })) };
  });
  return [...squares, ...shares];
}

function placed(image: RgbImage, { x, y, width, height }: Part): Region {
  return { width, height, left: Math.floor((image.width - width) * x), top: Math.floor((image.height - height) * y) };
}
