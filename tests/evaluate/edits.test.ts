import { describe, expect, test } from "vitest";
import { EDITS } from "../../src/evaluate/edits.ts";
import { applyEdit } from "../../src/evaluate/probe.ts";
import { randomOf, sample } from "../../src/evaluate/random.ts";
import { mirror } from "../../src/pipeline/region.ts";
import { findPicture } from "../../src/pipeline/trim.ts";
import { busyPicture } from "../support/pictures.ts";

const POSTER = busyPicture(200, 280);

async function edited(name: string, seed = 1) {
  const edit = EDITS.find((one) => one.name === name);
  if (!edit) throw new RangeError(`no edit ${name}`);
  return await applyEdit(POSTER, edit, { seed, path: "set/1.jpg" });
}

describe("an edit", () => {
  test.each(EDITS.map(({ name }) => name))(
    "%s is the same for the same seed and leaves the original alone",
    async (name) => {
      const before = Uint8Array.from(POSTER.data);
      const [once, again] = [await edited(name), await edited(name)];
      expect(Buffer.from(again.data).equals(Buffer.from(once.data))).toBe(true);
      expect(once.data.length).toBe(once.width * once.height * 3);
      expect(Buffer.from(POSTER.data).equals(before)).toBe(true);
    },
  );

  test.each([
    ["64 px", 64, 90],
    ["160 px", 160, 224],
    ["crop 20 %", 160, 224],
    ["off-centre 72 %", 144, 202],
    ["border 8 %", 232, 312],
    ["border 30 %", 320, 400],
    ["letterbox", 498, 280],
    ["120 px square", 120, 120],
    ["cell 96x140 q60", 96, 140],
  ])("%s makes %d x %d of 200 x 280", async (name, width, height) => {
    const { width: wide, height: tall } = await edited(name);
    expect([wide, tall]).toEqual([width, height]);
  });

  test("mirror is the pipeline's own mirror", async () => {
    expect(Buffer.from((await edited("mirror")).data).equals(mirror(POSTER).data)).toBe(true);
  });

  test("letterbox puts bars that trimming takes off again", async () => {
    const { width, height } = findPicture(await edited("letterbox"));
    expect([width, height]).toEqual([200, 280]);
  });

  test("dark is darker, JPEG 30 is lossy, a bar covers a quarter", async () => {
    const mean = (data: Uint8Array) => data.reduce((sum, value) => sum + value, 0) / data.length;
    expect(mean((await edited("dark")).data)).toBeLessThan(mean(POSTER.data) * 0.7);
    expect(Buffer.from((await edited("JPEG 30")).data).equals(POSTER.data)).toBe(false);
    const covered = await edited("bar 25 %");
    const changed = POSTER.data.filter((value, at) => value !== covered.data[at]).length / POSTER.data.length;
    expect(changed).toBeGreaterThan(0.2);
    expect(changed).toBeLessThan(0.26);
  });

  test("off the centre lies elsewhere for another seed", async () => {
    const [one, other] = [await edited("off-centre 72 %", 1), await edited("off-centre 72 %", 2)];
    expect(Buffer.from(one.data).equals(Buffer.from(other.data))).toBe(false);
  });
});

test("a sample is the same for the same seed, without repetition", () => {
  const items = Array.from({ length: 50 }, (_, at) => at);
  const drawn = sample(items, 10, randomOf("a"));
  expect(sample(items, 10, randomOf("a"))).toEqual(drawn);
  expect(new Set(drawn).size).toBe(10);
  expect(sample(items, 99, randomOf("a")).length).toBe(50);
  expect(sample(items, 10, randomOf("b"))).not.toEqual(drawn);
});
