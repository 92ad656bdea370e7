import { describe, expect, test } from "vitest";
import { galleryViews, queryViews } from "../../src/pipeline/views.ts";
import { busyPicture, flatPicture, paste } from "../support/pictures.ts";

const POSTER = busyPicture(300, 420);
const FRAMED = paste(flatPicture(500, 620, [255, 255, 255]), POSTER, { left: 100, top: 100 });

const sizes = (views: readonly { name: string; image: { width: number; height: number } }[]) =>
  Object.fromEntries(views.map(({ name, image }) => [name, `${image.width}x${image.height}`]));

describe("the views of a query", () => {
  test("begin with the picture itself, not copied, when it has no border", () => {
    expect(queryViews(POSTER).first.image).toBe(POSTER);
  });

  test("begin without the frame, and come back to it later", () => {
    const views = queryViews(FRAMED);
    expect([views.first.image.width, views.first.image.height]).toEqual([300, 420]);
    expect(sizes(views.further())).toMatchObject({ whole: "500x620" });
  });

  test("ask for the mirrored and the inner picture when the first was not enough", () => {
    expect(sizes(queryViews(POSTER).further())).toEqual({ mirror: "300x420", "zoom 0.8": "240x336" });
  });

  test("look at the column in the middle and at both quarter turns when the picture is wide", () => {
    expect(sizes(queryViews(busyPicture(480, 270)).further())).toMatchObject({
      column: "192x270",
      clockwise: "270x480",
      anticlockwise: "270x480",
    });
  });

  test("find a small poster on a large empty page", () => {
    const page = paste(flatPicture(1280, 720, [32, 34, 37]), busyPicture(100, 140), { left: 1000, top: 500 });
    const views = queryViews(page);
    expect([views.first.image.width, views.first.image.height]).toEqual([100, 140]);
    expect(sizes(views.further())).not.toHaveProperty("whole");
  });

  test("of a huge picture are made from a small copy", () => {
    for (const { image } of queryViews(busyPicture(1500, 2100)).further()) expect(image.height).toBeLessThan(700);
  });
});

describe("the views of a gallery poster", () => {
  test("are the whole and the parts that a cut may leave", () => {
    expect(sizes(galleryViews(POSTER))).toEqual({
      full: "300x420",
      "centre square": "300x300",
      "top square": "300x300",
      centre: "225x315",
      "top left": "225x315",
      "top right": "225x315",
      "bottom left": "225x315",
      "bottom right": "225x315",
      upper: "300x315",
      lower: "300x315",
    });
  });

  test("know the poster with its frame and without", () => {
    expect(sizes(galleryViews(FRAMED))).toMatchObject({ full: "500x620", trimmed: "300x420" });
  });

  test.each([
    [1, 1],
    [2, 300],
    [300, 2],
    [420, 300],
  ])("exist for a picture of %i x %i", (width, height) => {
    for (const { image } of galleryViews(busyPicture(width, height))) {
      expect(image.data.length).toBe(image.width * image.height * 3);
      expect(image.data.length).toBeGreaterThan(0);
    }
  });

  test("cut a logo out of its flat ground, as a query on an empty page is", () => {
    const logo = paste(flatPicture(300, 420, [10, 10, 10]), busyPicture(80, 100), { left: 110, top: 160 });
    expect(sizes(galleryViews(logo))).toMatchObject({ trimmed: "80x100", upper: "80x75" });
    expect(sizes(galleryViews(logo))).not.toHaveProperty("full");
  });

  test("leave parts out that hold nothing to recognise", () => {
    const ground = paste(flatPicture(300, 420, [0, 0, 0]), busyPicture(300, 60), { left: 0, top: 360 });
    const figure = paste(ground, busyPicture(60, 420), { left: 240, top: 0 });
    const names = galleryViews(figure).map(({ name }) => name);
    expect(names).toContain("full");
    expect(names).toContain("lower");
    expect(names).not.toContain("top left");
  });

  test("have a name each, once", () => {
    const names = galleryViews(FRAMED).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
