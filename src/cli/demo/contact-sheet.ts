import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import sharp, { type OverlayOptions } from "sharp";

/** A poster before and after, and what opfind said. */
export interface SheetRow {
  /** null for a picture that no gallery holds */
  readonly before: Uint8Array | null;
  readonly after: Uint8Array;
  readonly what: string;
  readonly says: string;
  readonly isRight: boolean;
}

const PICTURE = { width: 140, height: 150 } as const;
const CELL = { width: 308, height: 206 } as const;
const COLUMNS = 4;
const MOST_LETTERS = 38;

/** Draws all trials as one picture: before, after, and the answer below. */
export async function writeContactSheet(file: string, rows: readonly SheetRow[]): Promise<void> {
  const cells = await Promise.all(rows.map((row, i) => cell(row, place(i))));
  const [width, height] = [COLUMNS * CELL.width, Math.ceil(rows.length / COLUMNS) * CELL.height];
  await mkdir(dirname(file), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: "#f5f3ee" } })
    .composite(cells.flat())
    .png({ palette: true, colours: 192, effort: 7 })
    .toFile(file);
}

function place(i: number): { readonly left: number; readonly top: number } {
  return { left: (i % COLUMNS) * CELL.width, top: Math.floor(i / COLUMNS) * CELL.height };
}

async function cell(row: SheetRow, { left, top }: ReturnType<typeof place>): Promise<OverlayOptions[]> {
  const right = left + PICTURE.width + 18;
  const pictures = [
    ...(row.before ? [{ input: await fitted(row.before), left: left + 6, top: top + 6 }] : []),
    { input: await fitted(row.after), left: right, top: top + 6 },
  ];
  return [...pictures, { input: Buffer.from(caption(row)), left, top: top + PICTURE.height + 8 }];
}

async function fitted(bytes: Uint8Array): Promise<Buffer> {
  return await sharp(bytes)
    .resize({ ...PICTURE, fit: "contain", background: "#f5f3ee" })
    .png()
    .toBuffer();
}

function caption({ what, says, isRight }: SheetRow): string {
  const colour = isRight ? "#1d6b3f" : "#b3261e";
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${CELL.width}" height="44" font-family="sans-serif">
    <text x="10" y="15" font-size="13" fill="#444">${escaped(what)}</text>
    <text x="10" y="34" font-size="13" font-weight="bold" fill="${colour}">${isRight ? "✓" : "✗"} ${escaped(shortened(says))}</text></svg>`;
}

/** As much as fits beside the next cell. */
function shortened(text: string): string {
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
