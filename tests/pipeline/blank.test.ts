import { describe, expect, test } from "vitest";
import { isBlankQuery, isBlankView } from "../../src/pipeline/blank.ts";
import { busyPicture, flatPicture, paste, withNoise } from "../support/pictures.ts";

const GREY = flatPicture(200, 280, [120, 120, 120]);

describe("a picture with nothing to recognise", () => {
  test.each([
    ["one colour", GREY],
    ["one colour with a lossy file's noise", withNoise(GREY, 6)],
    ["a stripe of pixels", busyPicture(4, 400)],
    ["a single pixel", busyPicture(1, 1)],
  ])("is %s", (_, image) => {
    expect(isBlankQuery(image)).toBe(true);
  });

  test.each([
    ["a busy picture", busyPicture(200, 280)],
    ["a small busy picture", busyPicture(16, 24)],
    ["a figure on flat ground", paste(GREY, busyPicture(60, 60), { left: 70, top: 100 })],
  ])("is not %s", (_, image) => {
    expect(isBlankQuery(image)).toBe(false);
  });

  test("is judged more strictly in the gallery, where it would answer to every flat query", () => {
    const faint = withNoise(GREY, 20);
    expect(isBlankQuery(faint)).toBe(false);
    expect(isBlankView(faint)).toBe(true);
    expect(isBlankView(busyPicture(200, 280))).toBe(false);
  });
});
