import { encodeXML } from "entities";
import sharp from "sharp";
import { MAX_IMAGE_PIXELS } from "../../pipeline/image-limits.ts";
import { badge } from "./digits.ts";
import { cut } from "./markdown.ts";

export interface SheetCell {
  /** stands on the placeholder where there is no cover */
  readonly title: string;
  /** bytes of the cover; null when it could not be had or may not be shown */
  readonly cover: Uint8Array | null;
}

/** The shape of AniList's covers, 460 × 650, at a size that is sharp on a phone. */
const CELL = { width: 200, height: 282 } as const;
const GAP = 12;
const BADGE = 44;

/**
 * Covers side by side, numbered from 1. A cover that is missing or cannot be read is drawn with its title instead, so
 * that the numbers always fit the buttons.
 * @returns a PNG, `[282 + 24, n × 212 + 12]` pixels
 */
export async function drawCandidates(cells: readonly SheetCell[]): Promise<Buffer> {
  const pictures = await Promise.all(cells.map(({ title, cover }) => cellPicture(title, cover)));
  const width = GAP + cells.length * (CELL.width + GAP);
  const height = CELL.height + 2 * GAP;
  const lefts = cells.map((_, at) => GAP + at * (CELL.width + GAP));
  const badges = lefts.map((left, at) => badge(at + 1, { left: left + 6, top: GAP + 6, diameter: BADGE }));
  return await sharp({ create: { width, height, channels: 3, background: "#2b2d31" } })
    .composite([
      ...pictures.map((input, at) => ({ input, left: lefts[at] ?? 0, top: GAP })),
      { input: svg(width, height, badges.join("")), left: 0, top: 0 },
    ])
    .png({ palette: true, effort: 4 })
    .toBuffer();
}

async function cellPicture(title: string, cover: Uint8Array | null): Promise<Buffer> {
  const drawn = () => sharp(placeholder(title)).png().toBuffer();
  if (!cover) return await drawn();
  try {
    return await sharp(cover, { limitInputPixels: MAX_IMAGE_PIXELS, pages: 1 })
      .autoOrient()
      .flatten({ background: "#fff" })
      .resize({ ...CELL, fit: "cover" })
      .png()
      .toBuffer();
  } catch {
    // A broken cover is nobody's failure here: the choice is by title as well.
    return await drawn();
  }
}

function placeholder(title: string): Buffer {
  const lines = wrapped(title).map(
    (line, at) => `<text x="${CELL.width / 2}" y="${110 + at * 26}">${encodeXML(line)}</text>`,
  );
  return svg(
    CELL.width,
    CELL.height,
    `<rect width="100%" height="100%" rx="8" fill="#404249"/>
    <g font-family="sans-serif" font-size="19" fill="#dbdee1" text-anchor="middle">${lines.join("")}</g>`,
  );
}

/** Lines of some 16 letters (8 of a wide script), at most six. */
function wrapped(title: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of cut(title, 90).split(/(?<=[\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])/u)) {
    if (line !== "" && visibleWidth(line + word) > 17) {
      lines.push(line.trim());
      line = "";
    }
    line += word;
  }
  return [...lines, line.trim()].slice(0, 6);
}

function visibleWidth(text: string): number {
  return [...text].reduce((sum, letter) => sum + (/[\u1100-\uffef]/.test(letter) ? 2 : 1), 0);
}

function svg(width: number, height: number, content: string): Buffer {
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`);
}
