import sharp, { type Sharp } from "sharp";
import type { RgbImage } from "../pipeline/ports.ts";
import { crop, mirror } from "../pipeline/region.ts";
import { pick, type Random } from "./random.ts";

/** Scaled to a width, or cut to fill a width and height. */
export async function resizeTo(
  image: RgbImage,
  { width, height }: { width: number; height?: number },
): Promise<RgbImage> {
  return await pixels(open(image).resize({ width, ...(height === undefined ? {} : { height, fit: "cover" }) }));
}

/** Scaled to exactly this size, whatever it does to the proportions. */
export async function squash(image: RgbImage, { width, height }: { width: number; height: number }): Promise<RgbImage> {
  return await pixels(open(image).resize({ width, height, fit: "fill" }));
}

/** Saved as JPEG with 4:2:0 chroma and opened again. */
export async function jpeg(image: RgbImage, quality: number): Promise<RgbImage> {
  return await pixels(sharp(await open(image).jpeg({ quality }).toBuffer()));
}

/** A part with `share` of both sides; `x` and `y` (0–1) place it. */
export async function cropTo(
  image: RgbImage,
  { share, x, y }: { share: number; x: number; y: number },
): Promise<RgbImage> {
  const [width, height] = [Math.round(image.width * share), Math.round(image.height * share)];
  const left = Math.round((image.width - width) * x);
  return crop(image, { left, top: Math.round((image.height - height) * y), width, height });
}

/** A frame around it: `share` of the width on every side. */
export async function border(image: RgbImage, { share, colour }: { share: number; colour: string }): Promise<RgbImage> {
  const wide = Math.round(image.width * share);
  return await pixels(open(image).extend({ top: wide, bottom: wide, left: wide, right: wide, background: colour }));
}

/** Black bars at the sides, as players show it on a screen of this aspect ratio. */
export async function letterbox(image: RgbImage, aspect: number): Promise<RgbImage> {
  const wide = Math.max(0, Math.round((image.height * aspect - image.width) / 2));
  return await pixels(open(image).extend({ left: wide, right: wide, background: "#000000" }));
}

/** In the middle of a blurred copy of itself, as phones fill a wide screen. */
export async function onBlurredSelf(image: RgbImage, aspect: number): Promise<RgbImage> {
  const width = Math.max(image.width, Math.round(image.height * aspect));
  const ground = await pixels(open(image).resize({ width, height: image.height, fit: "cover" }).blur(12));
  const left = Math.round((width - image.width) / 2);
  return await pixels(open(ground).composite([{ ...raw(image), left, top: 0 }]));
}

/** Somewhere on an empty page of this size. */
export async function onPage(
  image: RgbImage,
  { width, height, x, y, colour }: { width: number; height: number; x: number; y: number; colour: string },
): Promise<RgbImage> {
  const small = await pixels(open(image).resize({ height: Math.round(height * 0.45) }));
  const page = sharp({ create: { width, height, channels: 3, background: colour } });
  const [left, top] = [Math.round((width - small.width) * x), Math.round((height - small.height) * y)];
  return await pixels(page.composite([{ ...raw(small), left, top }]));
}

/** Half as bright, less colour. */
export async function darken(image: RgbImage): Promise<RgbImage> {
  return await pixels(open(image).modulate({ brightness: 0.5, saturation: 0.4 }));
}

export async function mirrored(image: RgbImage): Promise<RgbImage> {
  return mirror(image);
}

/** A bar over the top or bottom: a player's controls, a caption. */
export async function bar(
  image: RgbImage,
  { share, atTop, colour }: { share: number; atTop: boolean; colour: string },
): Promise<RgbImage> {
  const { width } = image;
  const height = Math.round(image.height * share);
  const patch = await sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();
  return await pixels(open(image).composite([{ input: patch, left: 0, top: atTop ? 0 : image.height - height }]));
}

const CAPTIONS = ["TOP 10 of the season", "9/10 would watch again", "WATCH NOW!!", "what is this anime?", "S TIER"];

/** Two lines of white letters with a dark rim, as memes have them. */
export async function textOver(image: RgbImage, random: Random): Promise<RgbImage> {
  const { width, height } = image;
  const size = Math.max(6, Math.round(width / 9));
  const lines = [0.12 + random() * 0.3, 0.6 + random() * 0.3].map(
    (place) => `<text x="50%" y="${Math.round(height * place)}">${pick(CAPTIONS, random).replace("&", "&amp;")}</text>`,
  );
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif"
    font-weight="bold" font-size="${size}" text-anchor="middle" fill="#fff" stroke="#000" stroke-width="${size / 12}"
    >${lines.join("")}</svg>`;
  return await pixels(open(image).composite([{ input: Buffer.from(drawing), left: 0, top: 0 }]));
}

/** A small copy for a page that needs no other file. */
export async function jpegDataUri(image: RgbImage, height: number): Promise<string> {
  const bytes = await open(image).resize({ height, withoutEnlargement: true }).jpeg({ quality: 70 }).toBuffer();
  return `data:image/jpeg;base64,${bytes.toString("base64")}`;
}

function raw({ data, width, height }: RgbImage) {
  return { input: Buffer.from(data), raw: { width, height, channels: 3 as const } };
}

function open({ data, width, height }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function pixels(picture: Sharp): Promise<RgbImage> {
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
