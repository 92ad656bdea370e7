import type { RgbImage } from "../ports.ts";
import type { Region } from "../region.ts";
import { brightness } from "./brightness.ts";
import type { Flat } from "./flats.ts";

/** The block that names a row of a tier list, at its left. */
export interface RowLabel extends Region {
  /** `#rrggbb` */
  readonly colour: string;
}

/** Pixels; smaller blocks carry no text. */
const SMALLEST_SIDE = 20;
/** Share of its box that a block's own colour fills; the text and round corners take the rest. */
const FILLED = 0.55;
/** Difference of the strongest and the weakest channel; grounds and panels are grey. */
const SATURATION = 40;
/** Labels stand in the left part of a board. */
const FURTHEST = 0.35;
/** Edges in one column agree this well, in pixels. */
const AGREEING = 4;
/** Share of the column's height that labels fill. */
const STACKED = 0.75;
/** Share of the image's height that they fill: a chequered floor in a poster is a column too, but a short one. */
const REACHING = 0.3;

/** Pixels of a label's end whose colour JPEG may mix with what is beside: a block of colour is 16 tall. */
const BLEEDING = 16;
/** Difference of brightness, 0–255, that it leaves in a whole line. */
const FADED = 24;

/** Finds a label column: coloured blocks of one width below each other. Fewer than two are none. Top to bottom. */
export function findLabels(flats: readonly Flat[], image: RgbImage): readonly RowLabel[] {
  const { width, height } = image;
  const blocks = flats.filter((flat) => isBlock(flat) && flat.left < width * FURTHEST);
  const groups = blocks.map((block) => blocks.filter((other) => isBelow(block, other)));
  const columns = groups.filter((group) => group.length >= 2 && isColumn(group, height));
  const best = columns.reduce<readonly Flat[]>((most, column) => (column.length > most.length ? column : most), []);
  const stack = [...best].sort((a, b) => a.top - b.top);
  return stack.map((flat, at) => {
    const before = stack[at - 1];
    const room = { from: before ? before.top + before.height : 0, to: stack[at + 1]?.top ?? height };
    return { left: flat.left, width: flat.width, ...ends(image, flat, room), colour: hexOf(flat.colour) };
  });
}

/** Where a label begins and ends: as far as its lines, all in all, are as bright as it. JPEG took the colour of the last. */
function ends(image: RgbImage, { left, width, top, height, colour }: Flat, { from, to }: { from: number; to: number }) {
  const level = brightness(colour);
  const isBright = (y: number): boolean => {
    let sum = 0;
    for (let x = left; x < left + width; x += 1) sum += brightness(image.data, (y * image.width + x) * 3);
    return Math.abs(sum / width - level) <= FADED;
  };
  let [first, last] = [top, top + height - 1];
  while (first > Math.max(from, top - BLEEDING) && isBright(first - 1)) first -= 1;
  while (last < Math.min(to, top + height + BLEEDING) - 1 && isBright(last + 1)) last += 1;
  return { top: first, height: last - first + 1 };
}

function isBlock({ width, height, area, colour }: Flat): boolean {
  if (Math.min(width, height) < SMALLEST_SIDE || area < FILLED * width * height) return false;
  return Math.max(...colour) - Math.min(...colour) >= SATURATION;
}

function isBelow(a: Flat, b: Flat): boolean {
  return Math.abs(a.left - b.left) <= AGREEING && Math.abs(a.width - b.width) <= AGREEING;
}

/** Labels stand close below each other; flat parts of pictures that happen to share their edges do not. */
function isColumn(blocks: readonly Flat[], boardHeight: number): boolean {
  const top = Math.min(...blocks.map((block) => block.top));
  const bottom = Math.max(...blocks.map((block) => block.top + block.height));
  const stacked = blocks.reduce((sum, { height }) => sum + height, 0);
  return stacked >= STACKED * (bottom - top) && stacked >= REACHING * boardHeight;
}

function hexOf(colour: Flat["colour"]): string {
  return `#${colour.map((level) => level.toString(16).padStart(2, "0")).join("")}`;
}
