import type { RgbImage } from "../ports.ts";
import type { Region } from "../region.ts";
import type { Blob } from "./blobs.ts";

export interface TileSize {
  readonly width: number;
  readonly height: number;
}

interface Period {
  readonly length: number;
  /** how far the seams stand out, in standard errors */
  readonly score: number;
}

/** Pixels; smaller tiles cannot be recognised. */
const SMALLEST_TILE = 32;
/** Covers, squares and thumbnails: width to height. */
const ASPECTS = { narrowest: 0.5, widest: 1.6 } as const;
/** Both axes together; boards without gaps reach 20 and more (tests/pipeline/segment.test.ts). */
const CONVINCING = 18;
/** A blob holds whole tiles, up to this share of one. */
const REMAINDER = 0.12;

/** What JPEG may have done, in pixels. Forgiving too much finds tiles in any picture, unless labels tell of a board. */
interface Leeway {
  /** what it added to the end of a blob: a block of colour is 16 wide */
  readonly added: number;
  /** how far a seam may lie from its place: a narrow gap has seams at both its ends, not in its middle */
  readonly astray: number;
}

/**
 * Finds the size of tiles without gaps, from the seams that repeat inside blobs; undefined when nothing repeats.
 * @param isLabelled blobs are rows beside labels, which tell where they begin and end, but for their right ends
 */
export function findTileSize(
  image: RgbImage,
  blobs: readonly Blob[],
  { isLabelled }: { readonly isLabelled: boolean },
): TileSize | undefined {
  const lines = (axis: "x" | "y") =>
    blobs.map((blob) => ({ length: axis === "x" ? blob.width : blob.height, seams: seamsOf(image, blob, axis) }));
  const astray = isLabelled ? 2 : 1;
  const across = periods(lines("x"), { added: isLabelled ? 16 : 0, astray });
  const down = periods(lines("y"), { added: 0, astray });
  let best: (TileSize & { readonly score: number }) | undefined;
  for (const x of across) {
    for (const y of down) {
      const [aspect, score] = [x.length / y.length, x.score + y.score];
      if (aspect < ASPECTS.narrowest || aspect > ASPECTS.widest || score < CONVINCING) continue;
      if (!best || score > best.score) best = { width: x.length, height: y.length, score };
    }
  }
  return best;
}

interface Line {
  readonly length: number;
  /** how much each position looks like a seam */
  readonly seams: Float64Array;
}

/** Every way to cut the longest line, less what JPEG added, into whole tiles, rated on all lines. */
function periods(lines: readonly Line[], leeway: Leeway): readonly Period[] {
  const longest = Math.max(...lines.map(({ length }) => length));
  const counts = Array.from({ length: Math.max(1, Math.floor(longest / SMALLEST_TILE)) }, (_, i) => i + 1);
  return counts.map((count) => {
    const ways = Array.from({ length: leeway.added + 1 }, (_, added) => (longest - added) / count);
    return ways
      .map((length) => ({ length, score: rate(lines, length, leeway) }))
      .reduce((best, way) => (way.score > best.score ? way : best));
  });
}

function rate(lines: readonly Line[], period: number, { added, astray }: Leeway): number {
  let [sum, seen] = [0, 0];
  for (const { length, seams } of lines) {
    const count = Math.round(length / period);
    const rest = length - count * period;
    if (rest < -period * REMAINDER || rest > period * REMAINDER + added) continue;
    for (let i = 1; i < count; i += 1, seen += 1) sum += peakNear(seams, Math.round(i * period), astray);
  }
  return seen === 0 ? 0 : sum / Math.sqrt(seen);
}

function peakNear(seams: Float64Array, at: number, astray: number): number {
  return Math.max(...seams.subarray(Math.max(0, at - astray), at + astray + 1));
}

/** Mean step of brightness across each line of a blob, less that of the lines beside, normalised to mean 0, spread 1. */
function seamsOf(image: RgbImage, blob: Region, axis: "x" | "y"): Float64Array {
  const length = axis === "x" ? blob.width : blob.height;
  const steps = Float64Array.from({ length }, (_, at) => (at === 0 ? 0 : stepAt(image, blob, { axis, at })));
  const sharp = steps.map((step, at) => step - around(steps, at));
  const mean = sharp.reduce((sum, value) => sum + value, 0) / length;
  const spread = Math.sqrt(sharp.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length) || 1;
  return sharp.map((value) => (value - mean) / spread);
}

function around(steps: Float64Array, at: number): number {
  const beside = [at - 3, at - 2, at + 2, at + 3].flatMap((place) => steps[place] ?? []);
  return beside.reduce((sum, value) => sum + value, 0) / Math.max(1, beside.length);
}

function stepAt(
  { data, width }: RgbImage,
  blob: Region,
  { axis, at }: { readonly axis: "x" | "y"; readonly at: number },
): number {
  const [count, stride] = axis === "x" ? [blob.height, width * 3] : [blob.width, 3];
  const start = axis === "x" ? (blob.top * width + blob.left + at) * 3 : ((blob.top + at) * width + blob.left) * 3;
  const back = axis === "x" ? 3 : width * 3;
  let sum = 0;
  for (let i = 0, from = start; i < count; i += 1, from += stride) {
    for (let channel = 0; channel < 3; channel += 1) {
      sum += Math.abs((data[from + channel] ?? 0) - (data[from + channel - back] ?? 0));
    }
  }
  return sum / count;
}
