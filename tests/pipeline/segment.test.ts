import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { decodeBoard, decodeFile } from "../../src/pipeline/decode.ts";
import type { Region } from "../../src/pipeline/region.ts";
import { segment } from "../../src/pipeline/segment.ts";
import { type BoardJourney, type BoardStyle, drawBoard } from "../support/boards.ts";
import { busyPicture, flatPicture } from "../support/pictures.ts";
import { sharedDir } from "../support/shared.ts";

const COVERS = { width: 96, height: 143, gap: 8, radius: 6, ground: "#18181b", panel: "#27272a" } as const;
const PLAIN = { label: 0, between: 0, inset: 0, caption: 0 } as const;

const POSTERS = join(import.meta.dirname, "../../examples/posters");
const LABELLED = "a board with gaps, round corners and labels";

function grid(gap: number, ground: string): BoardStyle {
  return {
    ...{ ...PLAIN, width: 90, height: 128, gap, radius: 0, ground, panel: ground },
    ...{ tiers: [38], columns: 8, inset: gap },
  };
}

const STYLES: Readonly<Record<string, BoardStyle>> = {
  "a board with gaps, round corners and labels": {
    ...{ ...COVERS, tiers: [5, 9, 14], columns: 9 },
    ...{ label: 120, between: 16, inset: 16, caption: 0 },
  },
  "rows of tiles without gaps behind labels": {
    ...{ width: 80, height: 80, gap: 0, radius: 0, ground: "#000000", panel: "#1a1a17" },
    ...{ tiers: [4, 12, 7, 9], columns: 9, label: 100, between: 2, inset: 0, caption: 0 },
  },
  "a collage without gaps": {
    ...{ ...PLAIN, width: 100, height: 142, gap: 0, radius: 0, ground: "#000", panel: "#000", tiers: [48], columns: 8 },
  },
  "a grid on white": {
    ...{ ...PLAIN, width: 110, height: 156, gap: 12, radius: 0, ground: "#ffffff", panel: "#ffffff" },
    ...{ tiers: [30], columns: 6, inset: 12 },
  },
  "captioned squares": {
    ...{ ...PLAIN, width: 120, height: 120, gap: 14, radius: 4, ground: "#0b1622", panel: "#0b1622" },
    ...{ tiers: [24], columns: 6, inset: 14, caption: 24 },
  },
  "a grid with narrow gaps": grid(6, "#101014"),
  "a grid with gaps of four pixels": grid(4, "#101014"),
  "a white grid with gaps of three pixels": grid(3, "#ffffff"),
  "a grid with gaps of two pixels": grid(2, "#101014"),
  "a grid with lines of one pixel": grid(1, "#000000"),
  "rows of upright tiles without gaps behind labels": {
    ...{ width: 72, height: 104, gap: 0, radius: 0, ground: "#000000", panel: "#1a1a17" },
    ...{ tiers: [4, 12, 7, 2, 11], columns: 10, label: 100, between: 2, inset: 0, caption: 0 },
  },
  "labelled rows with narrow gaps": {
    ...{ width: 90, height: 128, gap: 4, radius: 4, ground: "#18181b", panel: "#27272a", tiers: [5, 9, 14] },
    ...{ columns: 9, label: 110, between: 6, inset: 4, caption: 0 },
  },
};

const JOURNEYS: Readonly<Record<string, BoardJourney>> = {
  "as drawn": { scale: 1, quality: null, hasChrome: false },
  "as JPEG": { scale: 1, quality: 80, hasChrome: false },
  "as poor JPEG": { scale: 1, quality: 60, hasChrome: false },
  "as very poor JPEG": { scale: 1, quality: 30, hasChrome: false },
  "scaled down, as JPEG": { scale: 0.75, quality: 85, hasChrome: false },
  "scaled up": { scale: 1.5, quality: null, hasChrome: false },
  "scaled up, as JPEG": { scale: 1.25, quality: 85, hasChrome: false },
  "in a browser": { scale: 1, quality: null, hasChrome: true },
  "in a browser, scaled, as JPEG": { scale: 0.9, quality: 85, hasChrome: true },
};

/** What the help leaves out: boards that lost their gaps to JPEG. They count in the sum below. */
function isReadable({ gap, label }: BoardStyle, { scale, quality }: BoardJourney): boolean {
  if (quality === null) return gap === 0 || gap > 1;
  if (gap === 0 && label > 0) return true;
  return quality >= 80 && (gap === 0 || gap * scale > 2);
}

const CASES = Object.entries(STYLES).flatMap(([style, drawn]) =>
  Object.entries(JOURNEYS).map(([journey, way]) => ({ style, journey, drawn, way })),
);

describe("finding the cells of a board", () => {
  const sum = { hits: 0, cells: 0, found: 0 };
  test.each(CASES)("finds the pictures of $style, $journey", async ({ drawn, way }) => {
    const { image, cells } = await drawBoard(drawn, way, 3);
    const found = segment(image).cells;
    const hits = cells.filter((cell) => found.some((other) => iou(cell, other) >= 0.9)).length;
    sum.hits += hits;
    sum.cells += cells.length;
    sum.found += found.length;
    const least = isReadable(drawn, way) ? 0.9 : 0;
    expect((2 * hits) / (cells.length + found.length)).toBeGreaterThanOrEqual(least);
  });

  test("finds them with an F1 of .98 over all boards together, each within IoU .9", () => {
    expect(sum.cells).toBeGreaterThan(2_500);
    expect((2 * sum.hits) / (sum.cells + sum.found)).toBeGreaterThanOrEqual(0.98);
  });

  test("puts the lines of one tier into one row, under its label's colour", async () => {
    const { image, cells } = await drawBoard(STYLES[LABELLED] ?? expect.fail(), JOURNEYS["as drawn"] ?? expect.fail());
    const board = segment(image);
    expect(board.rows).toEqual([{ colour: "#ff7f7f" }, { colour: "#ffbf7f" }, { colour: "#ffdf7f" }]);
    expect(board.cells.map(({ row }) => row)).toEqual(cells.map(({ tier }) => tier));
  });

  test.each([
    ["one busy picture", busyPicture(300, 420)],
    ["one flat colour", flatPicture(300, 420, [20, 30, 40])],
    ["a picture of a few pixels", busyPicture(9, 9)],
  ])("finds nothing in %s", (_, image) => {
    expect(segment(image)).toEqual({ rows: [], cells: [] });
  });

  test.each(readdirSync(POSTERS).filter((file) => file.endsWith(".webp")))(
    "does not take a single poster apart: %s",
    async (file) => {
      const image = await decodeFile(join(POSTERS, file), new AbortController().signal);
      expect(segment(image).cells).toEqual([]);
    },
  );
});

describe.skipIf(!sharedDir)("a real board (skipped without ../shared)", () => {
  const folder = join(sharedDir ?? "", "tierlists");
  const read = async (file: string) => decodeBoard(readFileSync(join(folder, file)), new AbortController().signal);

  test("has every labelled cell found, and no other", async () => {
    const labels = Labels.parse(JSON.parse(readFileSync(join(folder, "labels.json"), "utf8")));
    for (const [file, wanted] of Object.entries(labels)) {
      const { cells, rows } = segment(await read(file));
      expect(rows).toHaveLength(new Set(wanted.map(({ row }) => row)).size);
      expect(cells).toHaveLength(wanted.length);
      for (const { box } of wanted) expect(Math.max(...cells.map((cell) => iou(cell, box)))).toBeGreaterThan(0.9);
    }
  });
});

const Labels = z.record(
  z.string(),
  z.array(
    z.object({
      row: z.string(),
      box: z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() }),
    }),
  ),
);

function iou(a: Region, b: Region): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (a.width * a.height + b.width * b.height - width * height);
}
