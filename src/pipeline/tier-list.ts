import type { Verdict } from "../domain/identification.ts";
import type { DecodedImage } from "./decode.ts";
import { identifyMany, type ManyDeps } from "./identify-many.ts";
import { crop, type Region } from "./region.ts";
import { type Cell, segment } from "./segment.ts";

export interface NamedCell {
  /** pixels of the file, upright */
  readonly box: Region;
  readonly verdict: Verdict;
}

export interface TierRow {
  /** 1 is the topmost */
  readonly row: number;
  /** of the row's label, `#rrggbb`; null where there is none */
  readonly colour: string | null;
  readonly cells: readonly NamedCell[];
}

export interface TierList {
  readonly rows: readonly TierRow[];
  /** cells beyond the first `MAX_CELLS`, which were not looked at */
  readonly unread: number;
}

/** Cells of one board: the largest real lists have some 300, and the time for one answer stays bounded. */
export const MAX_CELLS = 400;

export type TierListDeps = ManyDeps & { readonly onProgress: (done: number, total: number) => void };

/**
 * Finds the pictures of a tier list or collage and names each. Cells of one colour are left out; an image without
 * cells has no rows.
 * @throws OpfindError embedder-failed | index-broken | index-dimension | aborted
 */
export async function readTierList(image: DecodedImage, deps: TierListDeps, signal: AbortSignal): Promise<TierList> {
  signal.throwIfAborted();
  const board = segment(image);
  const cells = board.cells.slice(0, MAX_CELLS);
  const pictures = cells.map((cell) => crop(image, cell));
  const onProgress = (done: number) => deps.onProgress(done, cells.length);
  const verdicts = await identifyMany(pictures, { ...deps, onProgress }, signal);
  const named = cells.flatMap((cell, at) => {
    const verdict = verdicts[at];
    return verdict ? [{ row: cell.row, box: onFile(cell, image), verdict }] : [];
  });
  const rows = board.rows.map(({ colour }, row) => ({
    row: row + 1,
    colour,
    cells: named.filter((cell) => cell.row === row).map(({ box, verdict }) => ({ box, verdict })),
  }));
  return { rows: rows.filter((row) => row.cells.length > 0), unread: board.cells.length - cells.length };
}

function onFile({ left, top, width, height }: Cell, image: DecodedImage): Region {
  const [x, y] = [image.originalWidth / image.width, image.originalHeight / image.height];
  return {
    left: Math.round(left * x),
    top: Math.round(top * y),
    width: Math.round(width * x),
    height: Math.round(height * y),
  };
}
