import { isBlankView } from "./blank.ts";
import type { RgbImage } from "./ports.ts";
import { crop, type Region } from "./region.ts";
import { findBlobs } from "./segment/blobs.ts";
import { findSize } from "./segment/cell-size.ts";
import { findFlats } from "./segment/flats.ts";
import { findLabels, type RowLabel } from "./segment/labels.ts";
import { alignRows, cutCells, rowsOf } from "./segment/lattice.ts";
import { coverageOf, maskOf } from "./segment/mask.ts";
import { withoutSkin } from "./segment/skin.ts";

/** One picture of a board. */
export interface Cell extends Region {
  /** place in `Board.rows` */
  readonly row: number;
}

interface BoardRow {
  /** of the label at its left, `#rrggbb`; null on a board without labels */
  readonly colour: string | null;
}

export interface Board {
  /** top to bottom */
  readonly rows: readonly BoardRow[];
  /** row by row, left to right */
  readonly cells: readonly Cell[];
}

/**
 * Finds the pictures of a tier list or a collage: equal cells in rows, with or without gaps, with or without a column
 * of coloured labels. Flat grounds are taken away, what is left falls into cells of the size that most of it has; where
 * nothing falls apart, the seams between tiles give the size. Without at least two cells the board is empty.
 */
export function segment(image: RgbImage): Board {
  if (Math.min(image.width, image.height) < SMALLEST_BOARD) return EMPTY;
  const flats = findFlats(image);
  const labels = findLabels(flats.flats, image);
  const mask = maskOf(image, flats, labels);
  const blobs = findBlobs(mask);
  if (blobs.length === 0) return EMPTY;
  const found = findSize(image, { blobs, flats: flats.flats, labels });
  if (!found) return EMPTY;
  const { size, regions, isTiled } = found;
  const coverage = coverageOf(mask);
  const aligned = alignRows(rowsOf(cutCells(regions, size, coverage)), { size, coverage, width: image.width, labels });
  const rows = isTiled ? aligned : withoutSkin(image, aligned);
  const pictures = rows
    .map((row) => row.filter((cell) => !isBlankView(crop(image, cell))))
    .filter((row) => row.length > 0);
  return pictures.flat().length < 2 ? EMPTY : withLabels(pictures, labels);
}

/** Pixels of the shorter side: two recognisable cells do not fit in less. */
const SMALLEST_BOARD = 32;
const EMPTY: Board = { rows: [], cells: [] };

/** A label may stand beside several lines of cells; where it does, they are one row. */
function withLabels(lines: readonly (readonly Region[])[], labels: readonly RowLabel[]): Board {
  const keys = lines.map((line, at) => labels.find((label) => isBeside(label, line[0])) ?? at);
  const distinct = [...new Set(keys)];
  return {
    rows: distinct.map((key) => ({ colour: typeof key === "number" ? null : key.colour })),
    cells: lines.flatMap((line, at) => line.map((cell) => ({ ...cell, row: distinct.indexOf(keys[at] ?? at) }))),
  };
}

function isBeside(label: RowLabel, cell: Region | undefined): boolean {
  if (!cell) return false;
  const middle = cell.top + cell.height / 2;
  return middle >= label.top && middle < label.top + label.height;
}
