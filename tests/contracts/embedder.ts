import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Embedder, RgbImage } from "../../src/pipeline/ports.ts";
import { drawing } from "../support/images.ts";

const never = new AbortController().signal;

/** What every `Embedder` promises. @param open called once; the contract closes what it opened */
export function embedderContract(name: string, open: () => Promise<Embedder>): void {
  describe(`${name} keeps the embedder's contract:`, () => {
    let embedder: Embedder;
    let images: readonly RgbImage[];

    beforeAll(async () => {
      embedder = await open();
      images = await Promise.all(
        Array.from({ length: 35 }, (_, i) => picture(40 + i * 3, 60 + ((i * 17) % 50), i + 1)),
      );
    });
    afterAll(async () => {
      await embedder.close();
    });

    test("one picture gives one vector of the dimension, of length 1", async () => {
      const [embedding, ...others] = await embedder.embed(images.slice(0, 1), never);
      expect(others).toEqual([]);
      expect(embedding).toBeInstanceOf(Float32Array);
      expect(embedding).toHaveLength(embedder.dimension);
      expect(norm(embedding)).toBeCloseTo(1, 5);
    });

    test("no picture gives no vector", async () => {
      expect(await embedder.embed([], never)).toEqual([]);
    });

    test("a batch of any size has its pictures' order and the vectors that they have alone", async () => {
      const together = await embedder.embed(images, never);
      expect(together).toHaveLength(images.length);
      for (const [i, image] of images.entries()) {
        const [alone] = await embedder.embed([image], never);
        expect(farthest(together[i], alone)).toBeLessThan(1e-5);
      }
    });

    test("different pictures give different vectors", async () => {
      const [first, second] = await embedder.embed([await picture(64, 64, 1), await picture(64, 64, 9)], never);
      expect(farthest(first, second)).toBeGreaterThan(1e-3);
    });

    test("pictures are not changed", async () => {
      const before = images.map(({ data }) => Uint8Array.from(data));
      await embedder.embed(images, never);
      expect(images.map(({ data }) => Buffer.compare(data, before.shift() ?? new Uint8Array()))).toEqual(
        images.map(() => 0),
      );
    });

    test("calls at the same time do not mix", async () => {
      const alone = await embedder.embed(images, never);
      const calls = await Promise.all(images.map((image) => embedder.embed([image, image], never)));
      for (const [i, [one, two]] of calls.entries()) {
        expect(farthest(one, alone[i])).toBeLessThan(1e-5);
        expect(farthest(two, alone[i])).toBeLessThan(1e-5);
      }
    });

    test("a stopped call ends as aborted, and the next one works", async () => {
      const stop = new AbortController();
      const pending = embedder.embed(images, stop.signal);
      stop.abort();
      await expect(pending).rejects.toMatchObject({ code: "aborted" });
      await expect(embedder.embed(images, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
      expect(await embedder.embed(images.slice(0, 2), never)).toHaveLength(2);
    });
  });
}

async function picture(width: number, height: number, seed: number): Promise<RgbImage> {
  return { data: await drawing(width, height, seed).raw().toBuffer(), width, height };
}

function norm(vector: Float32Array | undefined): number {
  return Math.hypot(...(vector ?? []));
}

function farthest(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b || a.length !== b.length) throw new RangeError("vectors of different length");
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}
