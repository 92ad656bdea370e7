import type { RgbImage } from "../ports.ts";
import type { Region } from "../region.ts";

/** Pixels that JPEG adds around a picture at most: half a block of 8. */
const THICKEST = 5;

type Side = "left" | "right" | "top" | "bottom";
const SIDES: readonly Side[] = ["left", "right", "top", "bottom"];

/**
 * Takes off what JPEG added around pictures: of the lines just inside each side, the sharpest over all cells is where
 * they end. One amount per side for the whole board, so no single picture's own lines count.
 */
export function withoutSkin(image: RgbImage, rows: readonly (readonly Region[])[]): readonly (readonly Region[])[] {
  const cells = rows.flat();
  const [left, right, top, bottom] = SIDES.map((side) => skinOf(image, cells, side));
  return rows.map((row) =>
    row.map((cell) => ({
      left: cell.left + (left ?? 0),
      top: cell.top + (top ?? 0),
      width: cell.width - (left ?? 0) - (right ?? 0),
      height: cell.height - (top ?? 0) - (bottom ?? 0),
    })),
  );
}

function skinOf(image: RgbImage, cells: readonly Region[], side: Side): number {
  const sharpness = Array.from({ length: THICKEST + 1 }, (_, inside) =>
    cells.reduce((sum, cell) => sum + stepAt(image, cell, { side, inside }), 0),
  );
  return sharpness.indexOf(Math.max(...sharpness));
}

/** Mean step of brightness into the line that lies so many pixels inside a side of a cell; 0 at the image's edge. */
function stepAt(
  { data, width, height }: RgbImage,
  { left, top, width: wide, height: tall }: Region,
  { side, inside }: { readonly side: Side; readonly inside: number },
): number {
  const isUpright = side === "left" || side === "right";
  const line = {
    left: left + inside,
    right: left + wide - 1 - inside,
    top: top + inside,
    bottom: top + tall - 1 - inside,
  }[side];
  const outer = side === "left" || side === "top" ? line - 1 : line + 1;
  if (outer < 0 || outer >= (isUpright ? width : height)) return 0;
  const [from, count] = isUpright ? [top, tall] : [left, wide];
  let sum = 0;
  for (let at = from; at < from + count; at += 1) {
    const [here, there] = isUpright ? [at * width + line, at * width + outer] : [line * width + at, outer * width + at];
    for (let channel = 0; channel < 3; channel += 1) {
      sum += Math.abs((data[here * 3 + channel] ?? 0) - (data[there * 3 + channel] ?? 0));
    }
  }
  return sum / count;
}
