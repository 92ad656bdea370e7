import { readdirSync } from "node:fs";
import { join } from "node:path";
import sharp, { type OverlayOptions } from "sharp";
import type { RgbImage } from "../../src/pipeline/ports.ts";
import type { Region } from "../../src/pipeline/region.ts";

/** How a board is drawn. Lengths are pixels before scaling. */
export interface BoardStyle {
  /** of one picture */
  readonly width: number;
  readonly height: number;
  readonly gap: number;
  /** of the pictures' corners */
  readonly radius: number;
  readonly ground: string;
  /** the row's own ground */
  readonly panel: string;
  /** pictures of each tier */
  readonly tiers: readonly number[];
  /** a tier's pictures wrap after this many */
  readonly columns: number;
  /** width of the label column, 0 for none */
  readonly label: number;
  /** between two tiers */
  readonly between: number;
  /** from the panel's edge to its pictures, and from the board's edge to its panels */
  readonly inset: number;
  /** height of the captions below the pictures */
  readonly caption: number;
  /** folder of the pictures; without it opfind's own posters */
  readonly folder?: string;
}

/** What happened to the board on its way. */
export interface BoardJourney {
  readonly scale: number;
  /** JPEG quality, null for none */
  readonly quality: number | null;
  /** a browser's bar above and a margin around */
  readonly hasChrome: boolean;
}

export interface DrawnBoard {
  readonly image: RgbImage;
  readonly cells: readonly (Region & { readonly tier: number })[];
}

const LABELS = ["#ff7f7f", "#ffbf7f", "#ffdf7f", "#ffff7f", "#bfff7f"];
const CHROME = { bar: 84, margin: 23 } as const;
const MOST_PICTURES = 120;
const POSTERS = join(import.meta.dirname, "../../examples/posters");

/** Draws a board of opfind's own posters and knows where each of them stands. */
export async function drawBoard(style: BoardStyle, journey: BoardJourney, seed = 0): Promise<DrawnBoard> {
  const tiers = layOut(style);
  const last = tiers.at(-1);
  const width = Math.max(...tiers.map(({ panel }) => panel.left + panel.width)) + style.inset;
  const height = last ? last.panel.top + last.panel.height + style.inset : style.inset;
  const pictures = await posters(style);
  const overlays = tiers.flatMap(({ panel, cells }, tier) => [
    rectangle(panel, style.panel),
    ...(style.label > 0 ? [labelOf(panel, style, tier)] : []),
    ...cells.flatMap((cell, at) => [
      { input: pictures[(seed * 5 + tier * 7 + at) % pictures.length] ?? "", left: cell.left, top: cell.top },
      ...(style.caption > 0 ? [captionOf(cell, style)] : []),
    ]),
  ]);
  const board = await canvas(width, height, style.ground).composite(overlays).png().toBuffer();
  const framed = journey.hasChrome ? await inBrowser(board, width, height) : board;
  const offset = journey.hasChrome ? { x: CHROME.margin, y: CHROME.bar + CHROME.margin } : { x: 0, y: 0 };
  const move = (cell: Region): Region => ({
    left: (cell.left + offset.x) * journey.scale,
    top: (cell.top + offset.y) * journey.scale,
    width: cell.width * journey.scale,
    height: cell.height * journey.scale,
  });
  const cells = tiers.flatMap((entry, tier) => entry.cells.map((cell) => ({ ...move(cell), tier })));
  return { image: await travelled(framed, journey), cells };
}

function layOut(style: BoardStyle) {
  let top = style.inset;
  return style.tiers.map((count) => {
    const lines = Math.ceil(count / style.columns);
    const [stepX, stepY] = [style.width + style.gap, style.height + style.caption + style.gap];
    const inner = {
      left: style.inset + style.label + style.inset,
      top: top + style.inset,
    };
    const panel = {
      left: style.inset,
      top,
      width: style.label + style.columns * stepX - style.gap + style.inset * 2,
      height: lines * stepY - style.gap + style.inset * 2,
    };
    top += panel.height + style.between;
    const cells = Array.from({ length: count }, (_, at) => ({
      left: inner.left + (at % style.columns) * stepX,
      top: inner.top + Math.floor(at / style.columns) * stepY,
      width: style.width,
      height: style.height,
    }));
    return { panel, cells };
  });
}

async function posters({ width, height, radius, folder = POSTERS }: BoardStyle): Promise<readonly Buffer[]> {
  const files = readdirSync(folder)
    .filter((file) => /\.(?:webp|jpg)$/.test(file))
    .slice(0, MOST_PICTURES);
  const corners = svg(width, height, `<rect width="${width}" height="${height}" rx="${radius}" fill="white"/>`);
  return await Promise.all(
    files.map((file) =>
      sharp(join(folder, file))
        .resize(width, height, { fit: "cover" })
        .ensureAlpha()
        .composite(radius > 0 ? [{ input: corners, blend: "dest-in" }] : [])
        .png()
        .toBuffer(),
    ),
  );
}

function labelOf(panel: Region, { label }: BoardStyle, tier: number): OverlayOptions {
  const text = `<text x="${label / 2}" y="${panel.height / 2 + 8}" font-size="24" text-anchor="middle">${"SABCD"[tier % 5]}</text>`;
  const block = `<rect width="${label}" height="${panel.height}" fill="${LABELS[tier % LABELS.length]}"/>${text}`;
  return { input: svg(label, panel.height, block), left: panel.left, top: panel.top };
}

function captionOf({ left, top, width, height }: Region, { caption }: BoardStyle): OverlayOptions {
  const text = `<text x="${width / 2}" y="${caption * 0.7}" font-size="${caption * 0.6}" fill="#8a8a92" text-anchor="middle">Episode ${left % 97}</text>`;
  return { input: svg(width, caption, text), left, top: top + height };
}

async function inBrowser(board: Buffer, width: number, height: number): Promise<Buffer> {
  const outer = { width: width + CHROME.margin * 2, height: height + CHROME.margin * 2 + CHROME.bar };
  const bar = `<rect width="${outer.width}" height="${CHROME.bar}" fill="#dee1e6"/><rect x="10" y="8" width="190" height="30" rx="8" fill="#fff"/><text x="30" y="28" font-size="14">My tier list</text><rect x="110" y="46" width="${outer.width * 0.6}" height="28" rx="14" fill="#f1f3f4"/><text x="130" y="65" font-size="14">https://example.org/lists/42</text><circle cx="${outer.width - 30}" cy="60" r="12" fill="#c33"/>`;
  return await canvas(outer.width, outer.height, "#ffffff")
    .composite([
      { input: svg(outer.width, CHROME.bar, bar), left: 0, top: 0 },
      { input: board, left: CHROME.margin, top: CHROME.bar + CHROME.margin },
    ])
    .png()
    .toBuffer();
}

async function travelled(board: Buffer, { scale, quality }: BoardJourney): Promise<RgbImage> {
  const { width } = await sharp(board).metadata();
  const scaled = sharp(board).resize({ width: Math.round(width * scale) });
  const sent = quality === null ? await scaled.png().toBuffer() : await scaled.jpeg({ quality }).toBuffer();
  const { data, info } = await sharp(sent).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function rectangle({ left, top, width, height }: Region, fill: string): OverlayOptions {
  return { input: svg(width, height, `<rect width="${width}" height="${height}" fill="${fill}"/>`), left, top };
}

function canvas(width: number, height: number, background: string) {
  return sharp({ create: { width, height, channels: 3, background } });
}

function svg(width: number, height: number, inside: string): Buffer {
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">`;
  return Buffer.from(`${open}${inside}</svg>`);
}
