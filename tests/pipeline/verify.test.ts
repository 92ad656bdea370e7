import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { pino } from "pino";
import sharp from "sharp";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpfindError } from "../../src/errors.ts";
import { decodeImage } from "../../src/pipeline/decode.ts";
import type { RgbImage, Verifier } from "../../src/pipeline/ports.ts";
import { crop, mirror } from "../../src/pipeline/region.ts";
import { openVerifier } from "../../src/pipeline/verify.ts";
import { flatPicture } from "../support/pictures.ts";

const NEVER = new AbortController().signal;
const POSTERS = join(import.meta.dirname, "../../examples/posters");
const FILES = ["lantern-harbour-1.webp", "moonlit-courier-1.webp", "velvet-static-1.webp"];
/** Ids are places in `FILES`, from 1. */
const image = async (posterId: number) => readFileSync(join(POSTERS, FILES[posterId - 1] ?? ""));
const poster = async (posterId: number): Promise<RgbImage> => await decodeImage(await image(posterId), NEVER);

let elapsedMs = 0;
const clock = { elapsedMs: () => elapsedMs };
let lines: string[] = [];
const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
beforeEach(() => {
  lines = [];
});

async function points(verifier: Verifier, picture: RgbImage, posterIds: readonly number[]) {
  const verification = await verifier.compare(picture, posterIds, NEVER);
  return verification.kind === "compared" ? verification.inliers : expect.fail(verification.why);
}

describe("comparing point by point", () => {
  const verifier = openVerifier({ store: { image }, decode: decodeImage, log, clock, budgetMs: 60_000, enough: 1_000 });
  afterAll(() => verifier.close());

  const SPOILED: readonly (readonly [string, (image: RgbImage) => Promise<RgbImage>])[] = [
    ["as it is", async (picture) => picture],
    ["mirrored", async (picture) => mirror(picture)],
    ["cut off", async (picture) => crop(picture, { left: 0, top: 30, width: 380, height: 540 })],
    [
      "small, dark and grey",
      async ({ data, width, height }) => {
        const raw = sharp(data, { raw: { width, height, channels: 3 } });
        const small = raw.resize({ width: 120 }).modulate({ brightness: 0.5, saturation: 0 });
        const { data: dark, info } = await small.raw().toBuffer({ resolveWithObject: true });
        return { data: dark, width: info.width, height: info.height };
      },
    ],
  ];
  test.each(SPOILED)("finds many points of a poster %s, and hardly any of others", async (_, spoil) => {
    const inliers = await points(verifier, await spoil(await poster(1)), [1, 2, 3]);
    expect(inliers.get(1)).toBeGreaterThanOrEqual(25);
    expect(inliers.get(2)).toBeLessThan(15);
    expect(inliers.get(3)).toBeLessThan(15);
  });

  test("counts nothing on one flat colour", async () => {
    expect(await points(verifier, flatPicture(200, 300, [9, 9, 9]), [1])).toEqual(new Map([[1, 0]]));
  });

  test("stops when it is told to", async () => {
    const picture = await poster(1);
    await expect(verifier.compare(picture, [1], AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  });
});

test("looks no further once a poster is certainly the right one", async () => {
  const seen: number[] = [];
  const store = {
    image: async (posterId: number) => {
      seen.push(posterId);
      return await image(posterId);
    },
  };
  const verifier = openVerifier({ store, decode: decodeImage, log, clock, budgetMs: 60_000 });
  const inliers = await points(verifier, await poster(2), [2, 1, 3]);
  await points(verifier, await poster(2), [2]);
  await verifier.close();
  expect([...inliers.keys()]).toEqual([2]);
  expect(seen).toEqual([2]);
});

describe("posters that cannot be compared", () => {
  test("are absent when they have no picture, or one that cannot be read, and the others count", async () => {
    const gone = async (posterId: number) => {
      if (posterId === 3) throw new OpfindError("file-missing", "It is gone.");
      return posterId === 2 ? null : await image(posterId);
    };
    const verifier = openVerifier({ store: { image: gone }, decode: decodeImage, log, clock, budgetMs: 60_000 });
    const inliers = await points(verifier, await poster(1), [3, 2, 1]);
    await verifier.close();
    expect([...inliers.keys()]).toEqual([1]);
    expect(lines.join("")).toContain("file-missing");
  });
});

describe("a comparison that fails", () => {
  const workerScript = new URL("../support/failing-verifier.mjs", import.meta.url);
  const store = { image: async () => new Uint8Array(1) };
  const decode = async () => flatPicture(8, 8, [0, 0, 0]);
  let verifier: Verifier;
  beforeEach(() => {
    verifier = openVerifier({ store, decode, log, clock, workerScript, budgetMs: 3_000 });
  });
  afterEach(() => verifier.close());
  const ask = (how: number) => verifier.compare(flatPicture(8, 8, [how, 0, 0]), [1], NEVER);

  test.each([
    ["hangs", 1, /took more than/],
    ["ends", 2, /ended with code 3/],
    ["cannot", 3, /out of memory/],
  ])(
    "because the thread %s is told in time, and the next picture has a new thread",
    async (_, how, why) => {
      expect(await ask(how)).toMatchObject({ kind: "failed", why: expect.stringMatching(why) });
      expect(lines.join("")).toMatch(/not compared/);
      expect(await ask(0)).toEqual({ kind: "compared", inliers: new Map([[1, 7]]) });
    },
    20_000,
  );

  test("because the thread hangs is told in time also when memory is collected meanwhile", async () => {
    setFlagsFromString("--expose-gc");
    const collecting = setInterval(() => runInNewContext("gc()"), 50);
    try {
      expect(await ask(1)).toMatchObject({ kind: "failed", why: expect.stringMatching(/took more than/) });
    } finally {
      clearInterval(collecting);
    }
  }, 20_000);

  const tooOften = { kind: "failed", why: "it failed too often" };

  test("three times in a row is not tried again for ten minutes", async () => {
    for (const how of [3, 3, 3]) await ask(how);
    elapsedMs += 599_999;
    expect(await ask(0)).toEqual(tooOften);
    elapsedMs += 1;
    expect(await ask(0)).toMatchObject({ kind: "compared" });
    for (const how of [3, 3]) await ask(how);
    expect(await ask(0)).toMatchObject({ kind: "compared" });
  });

  test("after a rest as well costs one picture, and rests again", async () => {
    for (const how of [3, 3, 3]) await ask(how);
    elapsedMs += 600_000;
    const [first, second] = await Promise.all([ask(3), ask(0)]);
    expect([first, second]).toEqual([{ kind: "failed", why: expect.stringMatching(/out of memory/) }, tooOften]);
    elapsedMs += 599_999;
    expect(await ask(0)).toEqual(tooOften);
  });

  test("under four pictures at once is one failure", async () => {
    const all = await Promise.all([2, 2, 2, 2].map(ask));
    expect(all.map(({ kind }) => kind)).toEqual(["failed", "failed", "failed", "failed"]);
    expect(await ask(0)).toMatchObject({ kind: "compared" });
  });

  test("now and then is tried again every time", async () => {
    for (const how of [3, 3, 0, 3, 3]) await ask(how);
    expect(await ask(0)).toMatchObject({ kind: "compared" });
  });
});
