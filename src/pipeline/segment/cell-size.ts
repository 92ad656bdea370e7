import type { RgbImage } from "../ports.ts";
import type { Region } from "../region.ts";
import { areaOf, type Blob } from "./blobs.ts";
import type { Flats } from "./flats.ts";
import { cutAtGaps } from "./gaps.ts";
import { commonSize } from "./lattice.ts";
import { findTileSize, type TileSize } from "./tiles.ts";

interface Found {
  readonly size: TileSize;
  /** what falls into cells of that size */
  readonly regions: readonly Region[];
  /** the cells touch each other */
  readonly isTiled: boolean;
}

interface Sight {
  readonly blobs: readonly Blob[];
  readonly flats: Flats["flats"];
  readonly labels: readonly Region[];
}

/** Shares of what a board shows that cells of one size must fill: to be certain of it, and for want of better. */
const CERTAIN = 0.5;
const POSSIBLE = 0.15;

/**
 * Finds the size of a board's cells: of pictures that stand alone, of those that lines of ground part, of tiles whose
 * seams repeat; undefined when nothing does.
 */
export function findSize(image: RgbImage, { blobs, flats, labels }: Sight): Found | undefined {
  const shown = areaOf(blobs);
  const alone = (share: number): Found | undefined => {
    const size = commonSize(blobs, share * shown);
    return size && { size, regions: blobs, isTiled: false };
  };
  return alone(CERTAIN) ?? parted(image, blobs, flats) ?? tiled(image, blobs, labels) ?? alone(POSSIBLE);
}

function parted(image: RgbImage, blobs: readonly Blob[], flats: Flats["flats"]): Found | undefined {
  const grounds = flats.filter(({ width }) => width >= image.width / 2).map(({ colour }) => colour);
  const pieces = cutAtGaps(image, blobs, grounds);
  const size = commonSize(pieces, CERTAIN * areaOf(blobs));
  return size && { size, regions: pieces, isTiled: false };
}

/** Beside labels a row reaches from one label's top to its bottom, whatever the ground swallowed of its pictures. */
function tiled(image: RgbImage, blobs: readonly Blob[], labels: readonly Region[]): Found | undefined {
  const beside = labels.flatMap((label): readonly Blob[] => {
    const left = label.left + label.width;
    const inRow = blobs.filter(
      ({ top, height }) => Math.abs(top + height / 2 - label.top - label.height / 2) < label.height / 2,
    );
    const width = Math.max(0, ...inRow.map((blob) => blob.left + blob.width)) - left;
    return width < 1 ? [] : [{ left, top: label.top, width, height: label.height, area: width * label.height }];
  });
  const regions = labels.length > 0 ? beside : blobs;
  const size = regions.length === 0 ? undefined : findTileSize(image, regions, { isLabelled: labels.length > 0 });
  return size && { size, regions: regions.map((region) => wholeTiles(region, size)), isTiled: true };
}

/** A region without what JPEG added at its end. */
function wholeTiles(region: Region, { width, height }: TileSize): Region {
  const whole = (length: number, tile: number) => Math.min(length, Math.max(1, Math.round(length / tile)) * tile);
  return { ...region, width: whole(region.width, width), height: whole(region.height, height) };
}
