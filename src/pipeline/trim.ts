import type { RgbImage } from "./ports.ts";
import type { Region } from "./region.ts";

/** A border pixel may differ this much (0–255, each channel) from its line's mean: JPEG at quality 30 stays below. */
const PIXEL_TOLERANCE = 18;
/** This share of a border line may be something else: noise, the corner of a logo. */
const STRAY_SHARE = 0.03;
/** Neighbouring border lines may drift this much, so that a soft gradient is still a border. */
const DRIFT = 6;
/** Pixels looked at in a line: more cost time and change nothing. */
const SAMPLES = 96;
/** How far trimming may go, as shares of a side. */
interface TrimLimits {
  /** lost on one side at most */
  readonly most: number;
  /** left of both width and height at least, else nothing is trimmed */
  readonly least: number;
}

/** So that a poster on a flat ground is not cut down to its figure. */
const CAREFUL: TrimLimits = { most: 0.4, least: 0.3 };
/** For a small poster in a large empty screenshot. */
export const BOLD: TrimLimits = { most: 0.9, least: 0.05 };

/** A frame around a letterbox needs a second round; more were never needed on ../shared/posters. */
const ROUNDS = 3;

type Side = "top" | "bottom" | "left" | "right";
const SIDES: readonly Side[] = ["top", "bottom", "left", "right"];

/**
 * Finds the picture inside uniform borders and letterbox bars. The result is the whole image when there are none,
 * or when so little would be left that the flat ground must be the poster's own.
 */
export function findPicture(image: RgbImage, limits = CAREFUL): Region {
  const whole = { left: 0, top: 0, width: image.width, height: image.height };
  let found: Region = whole;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = found;
    for (const side of SIDES) found = shave(found, side, uniformLines(image, found, { side, most: limits.most }));
    if (found.width === before.width && found.height === before.height) break;
  }
  const isTooSmall = found.width < image.width * limits.least || found.height < image.height * limits.least;
  return isTooSmall ? whole : found;
}

function shave(region: Region, side: Side, lines: number): Region {
  if (side === "top") return { ...region, top: region.top + lines, height: region.height - lines };
  if (side === "bottom") return { ...region, height: region.height - lines };
  if (side === "left") return { ...region, left: region.left + lines, width: region.width - lines };
  return { ...region, width: region.width - lines };
}

/** How many lines from this side inwards are one colour. */
function uniformLines(image: RgbImage, region: Region, { side, most: share }: { side: Side; most: number }): number {
  const isRow = side === "top" || side === "bottom";
  const length = isRow ? region.height : region.width;
  const most = Math.floor((isRow ? image.height : image.width) * share);
  let previous: Colour | undefined;
  for (let line = 0; line < Math.min(most, length - 1); line += 1) {
    const colour = uniformColour(image, lineAt(image, region, { side, line }));
    if (!colour || (previous && distance(colour, previous) > DRIFT)) return line;
    previous = colour;
  }
  return Math.min(most, length - 1);
}

/** Where a line's pixels lie in the image's bytes. */
interface Line {
  readonly start: number;
  readonly step: number;
  readonly pixels: number;
}

function lineAt({ width }: RgbImage, region: Region, { side, line }: { side: Side; line: number }): Line {
  const isRow = side === "top" || side === "bottom";
  const row = side === "bottom" ? region.top + region.height - 1 - line : region.top + (isRow ? line : 0);
  const column = side === "right" ? region.left + region.width - 1 - line : region.left + (isRow ? 0 : line);
  const length = isRow ? region.width : region.height;
  const every = Math.max(1, Math.floor(length / SAMPLES));
  return {
    start: (row * width + column) * 3,
    step: (isRow ? 1 : width) * 3 * every,
    pixels: Math.ceil(length / every),
  };
}

type Colour = readonly [number, number, number];

/** The line's mean colour when nearly all its pixels are close to it. */
function uniformColour({ data }: RgbImage, { start, step, pixels }: Line): Colour | undefined {
  const sums: [number, number, number] = [0, 0, 0];
  for (let pixel = 0, at = start; pixel < pixels; pixel += 1, at += step) {
    sums[0] += data[at] ?? 0;
    sums[1] += data[at + 1] ?? 0;
    sums[2] += data[at + 2] ?? 0;
  }
  const mean: Colour = [sums[0] / pixels, sums[1] / pixels, sums[2] / pixels];
  let strays = 0;
  for (let pixel = 0, at = start; pixel < pixels; pixel += 1, at += step) {
    const here: Colour = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
    if (distance(here, mean) > PIXEL_TOLERANCE) strays += 1;
  }
  return strays <= pixels * STRAY_SHARE ? mean : undefined;
}

function distance(a: Colour, b: Colour): number {
  return Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2]));
}
