import type { Region } from "../region.ts";
import { areaOf, type Blob } from "./blobs.ts";
import type { TileSize } from "./tiles.ts";

/** Share of a slot that shows something, from which on it holds a picture: a dark cover on a dark ground keeps this. */
const HELD = 0.15;
/** Share of a blob's box that is filled, from which on it may be one cell. */
const FILLED = 0.6;
const ASPECTS = { narrowest: 0.4, widest: 1.9 } as const;
/** Sizes agree within this share and two pixels. */
const AGREEING = 0.06;

/** The size that most blobs agree on, by area; undefined when they fill less than `covering` pixels. */
export function commonSize(blobs: readonly Blob[], covering: number): TileSize | undefined {
  const cells = blobs.filter(isCellLike);
  const groups = cells.map((cell) => cells.filter((other) => isAlike(cell, other)));
  const best = groups.reduce<readonly Blob[]>((most, group) => (areaOf(group) > areaOf(most) ? group : most), []);
  if (best.length < 3 || areaOf(best) < covering) return undefined;
  return { width: median(best.map(({ width }) => width)), height: median(best.map(({ height }) => height)) };
}

function isCellLike({ width, height, area }: Blob): boolean {
  const aspect = width / height;
  return aspect >= ASPECTS.narrowest && aspect <= ASPECTS.widest && area >= FILLED * width * height;
}

function isAlike(a: Region, b: Region): boolean {
  return isNear(a.width, b.width) && isNear(a.height, b.height);
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= AGREEING * Math.max(a, b) + 2;
}

type Coverage = (region: Region) => number;

/** Cuts blobs into cells of a size: as many as fit evenly; what fits nowhere is no cell. */
export function cutCells(blobs: readonly Region[], size: TileSize, coverage: Coverage): readonly Region[] {
  // Small blobs first: where two claim one place, the one that is a cell by itself knows its edges.
  const bySize = [...blobs].sort((a, b) => a.width * a.height - b.width * b.height);
  const cells: Region[] = [];
  for (const cell of bySize.flatMap((blob) => cut(blob, size, coverage))) {
    if (!cells.some((other) => isOver(cell, other))) cells.push(cell);
  }
  return cells;
}

function cut(blob: Region, size: TileSize, coverage: Coverage): readonly Region[] {
  const [columns, rows] = [Math.round(blob.width / size.width), Math.round(blob.height / size.height)];
  if (columns < 1 || rows < 1) return [];
  const [wide, tall] = [blob.width / columns, blob.height / rows];
  if (!fits(wide, size.width) || !fits(tall, size.height)) return [];
  return Array.from({ length: columns * rows }, (_, i) =>
    rounded({
      left: blob.left + (i % columns) * wide,
      top: blob.top + Math.floor(i / columns) * tall,
      width: wide,
      height: tall,
    }),
  ).filter((cell) => columns * rows === 1 || coverage(cell) >= HELD);
}

/** Do two regions share a quarter of a side and more, both ways? */
function isOver(a: Region, b: Region): boolean {
  const across = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const down = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return across > a.width / 4 && down > a.height / 4;
}

/** A run's cells carry their share of the gaps, a cell may be cut at its row's end. */
function fits(length: number, wanted: number): boolean {
  return length >= wanted * 0.9 && length <= wanted * 1.12;
}

function rounded({ left, top, width, height }: Region): Region {
  const [x, y] = [Math.round(left), Math.round(top)];
  return { left: x, top: y, width: Math.round(left + width) - x, height: Math.round(top + height) - y };
}

/** Cells beside each other, from top to bottom, each row from left to right. */
export function rowsOf<Cell extends Region>(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const rows: Cell[][] = [];
  for (const cell of [...cells].sort((a, b) => a.top - b.top)) {
    const middle = cell.top + cell.height / 2;
    const row = rows.find(([first]) => first && middle >= first.top && middle < first.top + first.height);
    if (row) row.push(cell);
    else rows.push([cell]);
  }
  return rows.map((row) => row.sort((a, b) => a.left - b.left));
}

interface Lattice {
  readonly size: TileSize;
  readonly coverage: Coverage;
  /** of the image */
  readonly width: number;
  readonly labels: readonly Region[];
}

/**
 * Puts every row onto the lattice that the board repeats: cells of one size, one step apart. Where the ground swallowed
 * the edge of a picture or most of it (dark covers on a dark board), its neighbours tell where it stands.
 */
export function alignRows(rows: readonly (readonly Region[])[], board: Lattice): readonly (readonly Region[])[] {
  const pitch = pitchOf(rows);
  if (pitch === undefined) return rows;
  const from = Math.max(0, ...board.labels.map(({ left, width }) => left + width));
  return rows.map((row) => {
    const box = rowBox(row, pitch, board.size);
    const first = box.left - Math.floor((box.left - from + SLACK) / pitch) * pitch;
    const count = Math.floor((board.width + SLACK - first - box.width) / pitch) + 1;
    const slots = Array.from({ length: Math.max(0, count) }, (_, i) =>
      inside({ ...box, left: first + i * pitch }, board),
    );
    return slots.filter((slot) => board.coverage(slot) >= HELD);
  });
}

/** Pixels by which rounding may push a slot over the board's edge. */
const SLACK = 2;

function inside(slot: Region, { width }: { readonly width: number }): Region {
  const { left, ...rest } = rounded(slot);
  const at = Math.max(0, left);
  return { ...rest, left: at, width: Math.min(rest.width, width - at) };
}

/** The place and size of a row's cells, and where the first of them would stand. */
function rowBox(cells: readonly Region[], pitch: number, size: TileSize): Region {
  // Cells cut out of a run carry a share of the gaps: those that stood alone know better, where there are any.
  const clean = cells.filter((cell) => isClose(cell.width, size.width) && isClose(cell.height, size.height));
  const row = clean.length > 0 ? clean : cells;
  const part = (name: keyof Region) => median(row.map((cell) => cell[name]));
  const anchor = row[0]?.left ?? 0;
  const shifts = row.map(({ left }) => left - anchor - Math.round((left - anchor) / pitch) * pitch);
  return { left: anchor + median(shifts), top: part("top"), width: part("width"), height: part("height") };
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= SLACK;
}

/** From one cell's left edge to the next one's: the median first, then over whole rows for a fraction of a pixel. */
function pitchOf(rows: readonly (readonly Region[])[]): number | undefined {
  const steps = rows.flatMap((row) => row.slice(1).map((cell, i) => cell.left - (row[i]?.left ?? 0)));
  if (steps.length < 2) return undefined;
  const rough = median(steps);
  const exact = rows.flatMap((row) => {
    const [first, last] = [row[0], row.at(-1)];
    const count = first && last ? Math.round((last.left - first.left) / rough) : 0;
    return first && last && count > 0 ? [{ pitch: (last.left - first.left) / count, count }] : [];
  });
  const longest = Math.max(...exact.map(({ count }) => count));
  return median(exact.filter(({ count }) => count >= longest / 2).map(({ pitch }) => pitch));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
