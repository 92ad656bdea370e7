import { describe, expect, test } from "vitest";
import { crop } from "../../src/pipeline/region.ts";
import { findPicture } from "../../src/pipeline/trim.ts";
import { busyPicture, type Colour, flatPicture, paste, withNoise } from "../support/pictures.ts";

const WHITE: Colour = [255, 255, 255];
const BLACK: Colour = [0, 0, 0];

describe("the borders of a picture", () => {
  test.each([
    ["a white frame", WHITE, { left: 30, top: 20, width: 100, height: 140 }],
    ["a black frame", BLACK, { left: 30, top: 20, width: 100, height: 140 }],
    ["a coloured frame", [54, 57, 63] as const, { left: 12, top: 12, width: 100, height: 140 }],
    ["bars at the sides", BLACK, { left: 60, top: 0, width: 100, height: 140 }],
    ["bars above and below", BLACK, { left: 0, top: 50, width: 100, height: 140 }],
    ["a border on one side", WHITE, { left: 0, top: 40, width: 100, height: 140 }],
  ])("are found: %s", (_, colour, place) => {
    const right = place.left === 0 ? 100 : place.width + 2 * place.left;
    const below = place.top === 40 ? 180 : place.height + 2 * place.top;
    const framed = paste(flatPicture(right, below, colour), busyPicture(100, 140), place);
    expect(findPicture(framed)).toEqual(place);
  });

  test("are found under the noise of a lossy file", () => {
    const framed = paste(flatPicture(160, 200, [120, 120, 120]), busyPicture(100, 140), { left: 30, top: 30 });
    expect(findPicture(withNoise(framed, 8))).toEqual({ left: 30, top: 30, width: 100, height: 140 });
  });

  test("are found when they are a soft gradient", () => {
    const ground = flatPicture(160, 200, WHITE);
    for (let at = 0; at < ground.data.length; at += 1) ground.data[at] = 40 + Math.floor(at / (160 * 3)) / 4;
    const framed = paste(ground, busyPicture(160, 120), { left: 0, top: 40 });
    expect(findPicture(framed)).toEqual({ left: 0, top: 40, width: 160, height: 120 });
  });

  test("are found one inside the other", () => {
    const letterboxed = paste(flatPicture(100, 200, BLACK), busyPicture(100, 120), { left: 0, top: 40 });
    const framed = paste(flatPicture(140, 240, WHITE), letterboxed, { left: 20, top: 20 });
    expect(findPicture(framed)).toEqual({ left: 20, top: 60, width: 100, height: 120 });
  });
});

describe("a picture is left whole", () => {
  test("when it has no border", () => {
    expect(findPicture(busyPicture(100, 140))).toEqual({ left: 0, top: 0, width: 100, height: 140 });
  });

  test("when it is one colour altogether", () => {
    expect(findPicture(flatPicture(100, 140, WHITE))).toEqual({ left: 0, top: 0, width: 100, height: 140 });
  });

  test("when only a small figure stands on its flat ground", () => {
    const figure = paste(flatPicture(100, 140, WHITE), busyPicture(20, 30), { left: 40, top: 55 });
    expect(findPicture(figure)).toEqual({ left: 0, top: 0, width: 100, height: 140 });
  });

  test.each([
    [1, 1],
    [1, 50],
    [50, 1],
    [2, 2],
  ])("when it is %i x %i pixels", (width, height) => {
    const image = flatPicture(width, height, BLACK);
    const { left, top, width: wide, height: tall } = findPicture(image);
    expect(crop(image, { left, top, width: wide, height: tall }).data.length).toBeGreaterThan(0);
  });
});
