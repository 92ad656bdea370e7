import type { RgbImage } from "../pipeline/ports.ts";
import { pick, type Random } from "./random.ts";
import {
  bar,
  border,
  cropTo,
  darken,
  jpeg,
  letterbox,
  mirrored,
  onBlurredSelf,
  onPage,
  resizeTo,
  squash,
  textOver,
} from "./retouch.ts";

/** One thing people do to a poster before they ask about it. Deterministic in `random`. */
export interface Edit {
  readonly name: string;
  apply(image: RgbImage, random: Random): Promise<RgbImage>;
}

type Draw = (image: RgbImage, random: Random) => Promise<RgbImage>;

/** Every edit of the evaluation, in the order of its report. Widths in pixels, shares of a side. */
export const EDITS: readonly Edit[] = [
  edit("clean", async (image) => image),
  edit("64 px", (image) => resizeTo(image, { width: 64 })),
  edit("96 px", (image) => resizeTo(image, { width: 96 })),
  edit("128 px", (image) => resizeTo(image, { width: 128 })),
  edit("160 px", (image) => resizeTo(image, { width: 160 })),
  edit("JPEG 30", (image) => jpeg(image, 30)),
  edit("crop 10 %", (image) => cropTo(image, { share: 0.9, x: 0.5, y: 0.5 })),
  edit("crop 20 %", (image) => cropTo(image, { share: 0.8, x: 0.5, y: 0.5 })),
  edit("off-centre 72 %", (image, random) => cropTo(image, { share: 0.72, x: edge(random), y: edge(random) })),
  edit("border 8 %", (image, random) => border(image, { share: 0.08, colour: paper(random) })),
  edit("border 30 %", (image, random) => border(image, { share: 0.3, colour: paper(random) })),
  edit("letterbox", (image) => letterbox(image, 16 / 9)),
  edit("blurred sides", (image) => onBlurredSelf(image, 16 / 9)),
  edit("in a screenshot", (image, random) =>
    onPage(image, { width: 1280, height: 720, x: random(), y: random(), colour: paper(random) }),
  ),
  edit("text", (image, random) => textOver(image, random)),
  edit("bar 25 %", (image, random) => bar(image, { share: 0.25, atTop: random() < 0.5, colour: paper(random) })),
  edit("mirror", (image) => mirrored(image)),
  edit("dark", (image) => darken(image)),
  edit("120 px square", (image) => squareOf(image, 120)),
  edit("cell 96x140 q60", async (image) => jpeg(await squash(image, { width: 96, height: 140 }), 60)),
  edit("two edits", twoEdits),
];

function edit(name: string, apply: Draw): Edit {
  return { name, apply };
}

/** Cut to a centred square, as profile pictures and boards do. */
async function squareOf(image: RgbImage, side: number): Promise<RgbImage> {
  return await resizeTo(image, { width: side, height: side });
}

/** A geometric edit and then another kind: a crop of a screenshot, a dark mirrored thumbnail. */
async function twoEdits(image: RgbImage, random: Random): Promise<RgbImage> {
  const geometric: readonly Draw[] = [
    (picture) => mirrored(picture),
    (picture) => cropTo(picture, { share: 0.8, x: random(), y: random() }),
    (picture) => border(picture, { share: 0.15, colour: paper(random) }),
    (picture) => letterbox(picture, 16 / 9),
  ];
  const other: readonly Draw[] = [
    (picture) => darken(picture),
    (picture) => textOver(picture, random),
    (picture) => bar(picture, { share: 0.2, atTop: random() < 0.5, colour: paper(random) }),
    (picture) => jpeg(picture, 25),
    (picture) => resizeTo(picture, { width: 96 }),
  ];
  return await pick(other, random)(await pick(geometric, random)(image, random), random);
}

/** Off the centre for certain: in one of the outer fifths. */
function edge(random: Random): number {
  const place = random() * 0.2;
  return random() < 0.5 ? place : 1 - place;
}

function paper(random: Random): string {
  return pick(["#000000", "#ffffff", "#36393f", "#1e2a4a", "#c8324b", "#8a8a8a"], random);
}
