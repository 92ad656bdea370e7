import { expect, test } from "vitest";
import { swatchOf } from "../../src/pipeline/swatch.ts";
import { flatPicture, paste } from "../support/pictures.ts";

test("a swatch has the colours of the picture from left to right", () => {
  const halves = paste(flatPicture(100, 300, [255, 0, 0]), flatPicture(50, 300, [0, 16, 255]), { left: 50, top: 0 });
  expect(swatchOf(halves, 4)).toEqual(["#ff0000", "#ff0000", "#0010ff", "#0010ff"]);
});

test("a swatch of a picture narrower than its colours is still a swatch", () => {
  expect(swatchOf(flatPicture(1, 1, [1, 2, 3]), 5)).toHaveLength(5);
});
