import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { OpfindError } from "../../src/errors.ts";
import { type DecodedImage, decodeImage } from "../../src/pipeline/decode.ts";
import { MAX_DECODED_SIDE, MAX_IMAGE_BYTES } from "../../src/pipeline/image-limits.ts";
import { drawing, everyFormat, plain } from "../support/images.ts";

const never = new AbortController().signal;
let files: ReadonlyMap<string, Uint8Array>;

beforeAll(async () => {
  files = await everyFormat();
});

const FORMATS = ["jpeg", "png", "webp", "avif", "gif", "tiff"] as const;

describe("decodes", () => {
  test.each(FORMATS)("%s to RGB close to what was drawn", async (format) => {
    const image = await decodeImage(file(format), never);
    const drawn = await drawing(96, 136).raw().toBuffer();
    expect(image).toMatchObject({ width: 96, height: 136, originalWidth: 96, originalHeight: 136, format });
    expect(image.data).toHaveLength(96 * 136 * 3);
    expect(meanDifference(image.data, drawn)).toBeLessThan(format === "gif" ? 12 : 6); // 256 colours
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("EXIF orientation %i upright", async (orientation) => {
    const upright = await drawing(60, 40).raw().toBuffer();
    const image = await decodeImage(await asHeldByCamera(upright, 60, 40, orientation), never);
    expect([image.width, image.height, image.originalWidth, image.originalHeight]).toEqual([60, 40, 60, 40]);
    expect(meanDifference(image.data, upright)).toBeLessThan(3);
  });

  test("transparent parts as white", async () => {
    const glass = await sharp({ create: { width: 8, height: 8, channels: 4, background: "#ff000000" } })
      .png()
      .toBuffer();
    expect(corner(await decodeImage(glass, never))).toEqual([255, 255, 255]);
  });

  test("half-transparent red on white as pink", async () => {
    const tinted = await sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } },
    })
      .png()
      .toBuffer();
    const [red, green, blue] = corner(await decodeImage(tinted, never));
    expect(red).toBe(255);
    expect(green).toBeGreaterThan(120);
    expect(green).toBeLessThan(135);
    expect(blue).toBe(green);
  });

  test.each([
    ["a grey JPEG", () => plain(16, 16, "#808080").greyscale().jpeg()],
    ["a grey PNG with alpha", () => plain(16, 16, "#808080").ensureAlpha().toColourspace("b-w").png()],
    ["a 16-bit PNG", () => plain(16, 16, "#808080").toColourspace("rgb16").png()],
    ["a 16-bit grey PNG", () => plain(16, 16, "#808080").toColourspace("grey16").png()],
    ["a 16-bit TIFF", () => plain(16, 16, "#808080").toColourspace("rgb16").tiff()],
    ["a palette PNG", () => plain(16, 16, "#808080").png({ palette: true, colours: 4 })],
    ["a progressive JPEG", () => plain(16, 16, "#808080").jpeg({ progressive: true })],
    ["an interlaced PNG", () => plain(16, 16, "#808080").png({ progressive: true })],
    ["a lossless WebP", () => plain(16, 16, "#808080").webp({ lossless: true })],
    ["a tiled TIFF", () => plain(300, 300, "#808080").tiff({ tile: true })],
  ])("%s of middle grey to 128", async (_, draw) => {
    const image = await decodeImage(await draw().toBuffer(), never);
    for (const value of corner(image)) expect(Math.abs(value - 128)).toBeLessThanOrEqual(2);
  });

  test("CMYK with its profile to the colour it was made of", async () => {
    const cmyk = await plain(32, 32, "#a06050").withIccProfile("cmyk").jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe("cmyk");
    const decoded = corner(await decodeImage(cmyk, never));
    for (const [i, value] of [0xa0, 0x60, 0x50].entries()) expect(Math.abs((decoded[i] ?? 0) - value)).toBeLessThan(24);
  });

  test("a wide-gamut profile to sRGB, not to its bare numbers", async () => {
    const wide = await plain(16, 16, "#40a060").withIccProfile("p3").png().toBuffer();
    const bare = corner(await decodeImage(wide, never));
    for (const [i, value] of [0x40, 0xa0, 0x60].entries()) expect(Math.abs((bare[i] ?? 0) - value)).toBeLessThan(4);
  });

  test.each(["gif", "webp"] as const)("the first frame of an animated %s", async (format) => {
    const frames = Buffer.concat(
      await Promise.all(["#ff0000", "#0000ff"].map((c) => plain(20, 20, c).raw().toBuffer())),
    );
    const animated = sharp(frames, { raw: { width: 20, height: 40, channels: 3, pageHeight: 20 } });
    const bytes =
      format === "gif" ? await animated.gif().toBuffer() : await animated.webp({ lossless: true }).toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    const image = await decodeImage(bytes, never);
    expect([image.width, image.height]).toEqual([20, 20]);
    expect(corner(image)).toEqual([255, 0, 0]);
  });

  test("a large picture to at most 1,024 px, with its own size told", async () => {
    const image = await decodeImage(await drawing(2400, 1200).jpeg().toBuffer(), never);
    expect(image).toMatchObject({ width: MAX_DECODED_SIDE, height: 512, originalWidth: 2400, originalHeight: 1200 });
  });

  test("a picture of one pixel", async () => {
    expect(corner(await decodeImage(await plain(1, 1, "#0a141e").png().toBuffer(), never))).toEqual([10, 20, 30]);
  });
});

describe("refuses, each with its own code", () => {
  const text = (s: string) => new TextEncoder().encode(s);
  test.each<[string, string, () => Uint8Array | Promise<Uint8Array>]>([
    ["an empty file", "image-empty", () => new Uint8Array()],
    ["too many bytes", "image-too-many-bytes", () => new Uint8Array(MAX_IMAGE_BYTES + 1)],
    ["a bomb of 64 megapixels", "image-too-many-pixels", () => plain(8000, 8000, "black").png().toBuffer()],
    [
      "an SVG",
      "image-is-svg",
      () => text('<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'),
    ],
    [
      "an SVG behind a prologue",
      "image-is-svg",
      () => text('\ufeff<?xml version="1.0"?>\n<!-- a -->\n<svg width="9"/>'),
    ],
    ["a PDF", "image-is-pdf", () => text("%PDF-1.7\n%âãÏÓ\n1 0 obj")],
    ["a HEIC photo", "image-is-heic", () => text("\0\0\0\x18ftypheic\0\0\0\0mif1heic")],
    ["a HEIC photo of the general brand", "image-is-heic", () => text("\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf")],
    ["an error page", "image-is-text", () => text("<!DOCTYPE html><html><body>404 not found</body></html>")],
    ["a sentence in Japanese", "image-is-text", () => text("進撃の巨人".repeat(200))],
    ["UTF-16 text", "image-is-text", () => Buffer.from("\ufeffhello", "utf16le")],
    ["a BMP", "image-unsupported", () => text("BM\x46\0\0\0\0\0\0\0\x36\0\0\0")],
    ["a ZIP", "image-unsupported", () => text("PK\x03\x04\0\0\0\0")],
    ["noise", "image-unsupported", () => Uint8Array.from({ length: 999 }, (_, i) => (i * 7919) >> 3)],
    ["a JPEG's first bytes alone", "image-truncated", () => new Uint8Array([0xff, 0xd8, 0xff])],
  ])("%s → %s", async (_, code, make) => {
    const error = await failure(await make());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^[A-Z].*\. .*\.$|^[A-Z].*\.$/s);
  });

  test.each(FORMATS)("a %s that stops halfway → image-truncated", async (format) => {
    const whole = file(format);
    expect((await failure(whole.subarray(0, whole.length / 2))).code).toBe("image-truncated");
  });

  test.each(["jpeg", "png", "webp", "avif", "gif", "tiff"] as const)(
    "a %s full of noise → image-corrupt",
    async (format) => {
      expect((await failure(scrambled(file(format)))).code).toMatch(
        /^image-(corrupt|truncated|unsupported|too-many-pixels)$/,
      );
    },
  );

  test("a PNG whose pixels are damaged → image-corrupt", async () => {
    const png = Uint8Array.from(file("png"));
    png.fill(0x55, png.length / 2, png.length / 2 + 40);
    expect((await failure(png)).code).toBe("image-corrupt");
  });

  test("work that was stopped → aborted", async () => {
    const stop = new AbortController();
    const pending = decodeImage(await drawing(3000, 3000).jpeg().toBuffer(), stop.signal);
    stop.abort();
    await expect(pending).rejects.toMatchObject({ code: "aborted" });
    await expect(decodeImage(file("png"), stop.signal)).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("hostile bytes", () => {
  test.each(FORMATS)("a mutated or cut %s decodes within bounds or is refused", async (format) => {
    const whole = file(format);
    const edits = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(edits, fc.nat(whole.length), async (changes, length) => {
        const bytes = Uint8Array.from(whole.subarray(0, length));
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        await decodesOrRefuses(bytes);
      }),
      { numRuns: 60, seed: 20_201 },
    );
  });

  test("random bytes behind every signature are refused, and memory stays bounded", async () => {
    const before = process.memoryUsage.rss();
    const noise = fc.tuple(fc.constantFrom(...FORMATS), fc.uint8Array({ minLength: 1, maxLength: 400 }));
    await fc.assert(
      fc.asyncProperty(noise, async ([format, tail]) => {
        await decodesOrRefuses(Buffer.concat([file(format).subarray(0, 16), tail]));
      }),
      { numRuns: 200, seed: 7 },
    );
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 1024 * 1024);
  });
});

async function decodesOrRefuses(bytes: Uint8Array): Promise<void> {
  try {
    const image = await decodeImage(bytes, never);
    expect(Math.max(image.width, image.height)).toBeLessThanOrEqual(MAX_DECODED_SIDE);
    expect(image.data).toHaveLength(image.width * image.height * 3);
  } catch (error) {
    expect(error).toBeInstanceOf(OpfindError);
  }
}

async function failure(bytes: Uint8Array): Promise<OpfindError> {
  const error = await decodeImage(bytes, never).catch((e: unknown) => e);
  if (!(error instanceof OpfindError)) throw new Error("expected an OpfindError", { cause: error });
  return error;
}

function file(format: string): Uint8Array {
  const bytes = files.get(format);
  if (!bytes) throw new RangeError(`no ${format}`);
  return bytes;
}

/** Keeps the header and replaces the rest, except the last bytes, by noise. */
function scrambled(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => (i < 40 || i > bytes.length - 12 ? byte : (i * 7919) >> 4));
}

function corner({ data }: Pick<DecodedImage, "data">): number[] {
  return [...data.subarray(0, 3)];
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
}

/** Where the stored picture of `width` × `height` keeps the upright pixel (x, y), by EXIF orientation (EXIF 2.32, 4.6.4). */
const STORED_AT: Readonly<Record<number, (x: number, y: number, width: number, height: number) => [number, number]>> = {
  1: (x, y) => [x, y],
  2: (x, y, width) => [width - 1 - x, y],
  3: (x, y, width, height) => [width - 1 - x, height - 1 - y],
  4: (x, y, _, height) => [x, height - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, _, height) => [y, height - 1 - x],
  7: (x, y, width, height) => [width - 1 - y, height - 1 - x],
  8: (x, y, width) => [width - 1 - y, x],
};

async function asHeldByCamera(
  upright: Uint8Array,
  width: number,
  height: number,
  orientation: number,
): Promise<Uint8Array> {
  const [storedWidth, storedHeight] = orientation < 5 ? [width, height] : [height, width];
  const stored = new Uint8Array(upright.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [sx, sy] = STORED_AT[orientation]?.(x, y, storedWidth, storedHeight) ?? [0, 0];
      for (let c = 0; c < 3; c++) stored[(sy * storedWidth + sx) * 3 + c] = upright[(y * width + x) * 3 + c] ?? 0;
    }
  }
  const raw = { width: storedWidth, height: storedHeight, channels: 3 } as const;
  return withOrientation(
    await sharp(stored, { raw }).jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer(),
    orientation,
  );
}

/** Puts a minimal EXIF segment, one big-endian directory with the orientation, behind the JPEG's first marker. */
function withOrientation(jpeg: Uint8Array, orientation: number): Uint8Array {
  const directory = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const exif = [...Buffer.from("Exif\0\0MM\0*", "latin1"), 0, 0, 0, 8, ...directory];
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe1, 0, exif.length + 2, ...exif]), jpeg.subarray(2)]);
}
