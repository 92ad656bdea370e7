import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { ModelInput } from "../../src/domain/model.ts";
import { decodeFile } from "../../src/pipeline/decode.ts";
import type { RgbImage } from "../../src/pipeline/ports.ts";
import { clipGeometry, preprocessInto } from "../../src/pipeline/preprocess.ts";
import { sharedDir } from "../support/shared.ts";

const never = new AbortController().signal;
const pair = z.tuple([z.number(), z.number()]);
const References = z.array(
  z.object({ source: pair, input: pair, resize: z.enum(["squash", "clip"]), pixels: z.string() }),
);
/** Recorded with Pillow by tests/support/pillow-reference.py. */
const references = References.parse(
  JSON.parse(readFileSync(new URL("./pillow-reference.json", import.meta.url), "utf8")),
);

describe("agrees with Pillow's bicubic", () => {
  test.each(references)("$resize of $source to $input", async ({ source, input: [width, height], resize, pixels }) => {
    const tensor = await prepared(draw(...source), inputOf(width, height, resize));
    const difference = compare(tensor, Buffer.from(pixels, "hex"));
    // libvips takes box means before a strong shrink: still below what a JPEG of quality 90 changes.
    expect(difference.mean).toBeLessThan(Math.max(...source) > 8 * width ? 2 : 1);
    expect(difference.worst).toBeLessThan(40);
  });
});

/** Without the data the line below says so. */
describe.skipIf(!sharedDir)("on real posters (needs ../shared)", () => {
  // A skipped block is still read through: without the data there is nothing to list.
  const posters = sharedDir ? join(sharedDir, "posters") : null;
  const folders = posters ? ["anilist", "anilist-small", "mal"].map((name) => join(posters, name)) : [];
  const files = folders.flatMap((folder) => {
    const pictures = readdirSync(folder).filter((file) => !file.endsWith(".json"));
    return pictures.slice(0, 4).map((file) => join(folder, file));
  });

  test.each(["squash", "clip"] as const)("%s stays within 1/255 of a direct bicubic", async (resize) => {
    for (const file of files) {
      const image = await decodeFile(file, never);
      const input = resize === "squash" ? inputOf(112, 160, resize) : inputOf(224, 224, resize);
      const difference = compare(await prepared(image, input), directly(image, input));
      expect(difference.mean, file).toBeLessThan(1);
    }
  });
});

test("scales and normalises per channel, planes one after another", async () => {
  const image = { data: Uint8Array.from({ length: 12 }, (_, i) => [255, 51, 0][i % 3] ?? 0), width: 2, height: 2 };
  const input = { ...inputOf(2, 2, "squash"), mean: [0.5, 0.1, 0.25], std: [0.5, 0.2, 0.25] } as const;
  const tensor = await prepared(image, input);
  expect([...tensor].map((value) => Number(value.toFixed(5)))).toEqual([
    1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, -1, -1, -1, -1,
  ]);
});

test.each([
  [
    { width: 300, height: 425 },
    { width: 224, height: 317 },
    { left: 0, top: 46 },
  ],
  [
    { width: 641, height: 359 },
    { width: 399, height: 224 },
    { left: 87, top: 0 },
  ],
  [
    { width: 100, height: 100 },
    { width: 224, height: 224 },
    { left: 0, top: 0 },
  ],
])("CLIP's geometry floors the long side: %o", (size, scaled, corner) => {
  expect(clipGeometry(size, 224)).toEqual({ scaled, crop: { ...corner, width: 224, height: 224 } });
});

test("every picture shape fills the input with numbers in range", async () => {
  const side = fc.integer({ min: 1, max: 1024 });
  await fc.assert(
    fc.asyncProperty(side, side, fc.constantFrom("squash" as const, "clip" as const), async (width, height, resize) => {
      const image = { data: new Uint8Array(width * height * 3).fill(200), width, height };
      const tensor = await prepared(image, inputOf(24, 24, resize));
      for (const value of tensor) expect(Math.abs(value * 255 - 200)).toBeLessThan(1.01);
    }),
    { numRuns: 60, seed: 11 },
  );
});

test("a slot of another size is a bug and told as one", async () => {
  await expect(preprocessInto(new Float32Array(5), draw(4, 4), inputOf(4, 4, "squash"))).rejects.toThrow(RangeError);
});

function inputOf(width: number, height: number, resize: ModelInput["resize"]): ModelInput {
  return { name: "x", width, height, resize, kernel: "bicubic", mean: [0, 0, 0], std: [1, 1, 1] };
}

async function prepared(image: RgbImage, input: ModelInput): Promise<Float32Array> {
  const slot = new Float32Array(3 * input.height * input.width).fill(Number.NaN);
  await preprocessInto(slot, image, input);
  return slot;
}

/** The same picture as tests/support/pillow-reference.py draws. */
function draw(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      data.set(
        [
          (Math.floor((x * x) / 60) + 3 * y) % 256,
          (x * 2 + Math.floor((y * y) / 80)) % 256,
          Math.floor((x * y) / 90) % 256,
        ],
        at,
      );
    }
  }
  return { data, width, height };
}

/** Differences of a tensor `[3, h, w]` in 0..1 to pixels `[h, w, 3]` in 0..255, in steps of 1/255. */
function compare(tensor: Float32Array, pixels: ArrayLike<number>): { readonly mean: number; readonly worst: number } {
  const area = tensor.length / 3;
  expect(pixels).toHaveLength(tensor.length);
  const differences = tensor.map((value, i) =>
    Math.abs(value * 255 - (pixels[(i % area) * 3 + Math.floor(i / area)] ?? Number.NaN)),
  );
  return {
    mean: differences.reduce((a, b) => a + b, 0) / tensor.length,
    worst: differences.reduce((a, b) => Math.max(a, b), 0),
  };
}

/** Bicubic by its definition, two-dimensional and in doubles: slow, and unlike anything in src/. */
function directly(image: RgbImage, { width, height, resize }: ModelInput): Float64Array {
  const short = Math.min(image.width, image.height);
  const scaled =
    resize === "squash"
      ? [width, height]
      : [Math.floor((width * image.width) / short), Math.floor((width * image.height) / short)];
  const [scaledWidth = 0, scaledHeight = 0] = scaled;
  const [left, top] = [Math.floor((scaledWidth - width) / 2), Math.floor((scaledHeight - height) / 2)];
  const across = Array.from({ length: width }, (_, x) => weights(image.width, scaledWidth, x + left));
  const down = Array.from({ length: height }, (_, y) => weights(image.height, scaledHeight, y + top));
  const result = new Float64Array(width * height * 3);
  for (const [y, rows] of down.entries()) {
    for (const [x, columns] of across.entries()) {
      for (const [row, vertical] of rows) {
        for (const [column, horizontal] of columns) {
          for (let c = 0; c < 3; c++) {
            const at = (y * width + x) * 3 + c;
            result[at] =
              (result[at] ?? 0) + vertical * horizontal * (image.data[(row * image.width + column) * 3 + c] ?? 0);
          }
        }
      }
    }
  }
  return result.map((value) => Math.min(255, Math.max(0, value)));
}

function weights(from: number, to: number, position: number): readonly (readonly [number, number])[] {
  const scale = Math.max(1, from / to);
  const centre = ((position + 0.5) * from) / to - 0.5;
  const near = Array.from({ length: from }, (_, i) => [i, keys(Math.abs(i - centre) / scale)] as const).filter(
    ([, w]) => w !== 0,
  );
  const sum = near.reduce((total, [, weight]) => total + weight, 0);
  return near.map(([i, weight]) => [i, weight / sum] as const);
}

function keys(x: number): number {
  if (x <= 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}
