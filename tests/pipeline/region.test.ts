import { describe, expect, test } from "vitest";
import { crop, middle, mirror, quarterTurn, shrinkTowards } from "../../src/pipeline/region.ts";
import { busyPicture, flatPicture } from "../support/pictures.ts";

const pixel = ({ data, width }: { data: Uint8Array; width: number }, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe("a region", () => {
  const image = busyPicture(7, 5);

  test("keeps the pixels where they were", () => {
    const part = crop(image, { left: 2, top: 1, width: 3, height: 2 });
    expect([part.width, part.height]).toEqual([3, 2]);
    expect(pixel(part, 0, 0)).toEqual(pixel(image, 2, 1));
    expect(pixel(part, 2, 1)).toEqual(pixel(image, 4, 2));
  });

  test("of everything is the image itself, not a copy", () => {
    expect(crop(image, { left: 0, top: 0, width: 7, height: 5 })).toBe(image);
  });

  test.each([
    { left: -1, top: 0, width: 3, height: 2 },
    { left: 5, top: 0, width: 3, height: 2 },
    { left: 0, top: 0, width: 0, height: 2 },
  ])("outside the image is refused: %j", (region) => {
    expect(() => crop(image, region)).toThrow(RangeError);
  });

  test("in the middle leaves the same on both sides", () => {
    expect(middle({ ...image, width: 100, height: 60 }, 0.5)).toEqual({ left: 25, top: 15, width: 50, height: 30 });
  });
});

test("a mirrored picture exchanges left and right, and twice is the picture again", () => {
  const image = busyPicture(7, 5);
  expect(pixel(mirror(image), 0, 3)).toEqual(pixel(image, 6, 3));
  expect(mirror(mirror(image))).toEqual(image);
});

test("four quarter turns are the picture again, one moves the top left to the top right", () => {
  const image = busyPicture(7, 5);
  const turned = quarterTurn(image);
  expect([turned.width, turned.height]).toEqual([5, 7]);
  expect(pixel(turned, 4, 0)).toEqual(pixel(image, 0, 0));
  expect(quarterTurn(quarterTurn(quarterTurn(turned)))).toEqual(image);
});

describe("a large picture", () => {
  test("is averaged down in whole blocks", () => {
    const image = flatPicture(900, 600, [10, 20, 30]);
    image.data.set([255, 255, 255], 0);
    const small = shrinkTowards(image, 300);
    expect([small.width, small.height]).toEqual([300, 200]);
    expect(pixel(small, 0, 0)).toEqual([37, 46, 55]); // one white pixel among nine
    expect(pixel(small, 1, 1)).toEqual([10, 20, 30]);
  });

  test("stays as it is when it is not twice too large", () => {
    const image = busyPicture(400, 599);
    expect(shrinkTowards(image, 300)).toBe(image);
  });
});
