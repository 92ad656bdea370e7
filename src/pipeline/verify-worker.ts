/** Entry point of the worker thread that alone knows OpenCV: its functions block, and nothing can stop them from inside. */
import { parentPort } from "node:worker_threads";
import { giveWay } from "./give-way.ts";
import { type Mat, openCv } from "./opencv.ts";
import type { RgbImage } from "./ports.ts";
import type { Keypoints, VerifyReply, VerifyRequest } from "./verify-protocol.ts";

/** Longer side in pixels at which pictures are compared: covers on AniList's small size lose nothing. */
const COMPARED_SIZE = 400;
/** Points a picture has at most: 500 are told apart in 2 ms a pair, more change nothing. */
const POINTS = 500;
/** Of two candidates for one point the nearer must be clearly nearer (Lowe 2004, section 7.1). */
const RATIO = 0.8;
/** Pixels by which a point may miss its place in the plane. */
const REPROJECTION = 4;
/** A homography goes through any four points. */
const FEWEST = 5;

const port = parentPort;
if (!port) throw new TypeError("verify-worker is started as a worker thread only");
giveWay();
const { cv } = await openCv();
const orb = new cv.ORB(POINTS);
const matcher = new cv.BFMatcher(cv.NORM_HAMMING);

port.on("message", (request: VerifyRequest) => port.postMessage(answer(request)));

function answer(request: VerifyRequest): VerifyReply {
  const { id } = request;
  try {
    switch (request.kind) {
      case "describe":
        return { kind: "described", id, keypoints: describe(request.image) };
      case "compare":
        return { kind: "compared", id, inliers: inliers(request.picture, request.poster) };
    }
  } catch (error) {
    return { kind: "failed", id, why: reasonOf(error) };
  }
}

/** OpenCV throws the address of a C++ exception. */
function reasonOf(error: unknown): string {
  if (typeof error === "number") return cv.exceptionFromPtr(error).msg;
  return error instanceof Error ? error.message : String(error);
}

function describe({ data, width, height }: RgbImage): Keypoints {
  return using((own) => {
    const colour = own(new cv.Mat(height, width, cv.CV_8UC3));
    colour.data.set(data);
    const grey = own(new cv.Mat());
    cv.cvtColor(colour, grey, cv.COLOR_RGB2GRAY);
    const scale = COMPARED_SIZE / Math.max(width, height);
    const size = new cv.Size(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
    const scaled = own(new cv.Mat());
    cv.resize(grey, scaled, size, 0, 0, scale < 1 ? cv.INTER_AREA : cv.INTER_LINEAR);
    const [points, descriptors] = [own(new cv.KeyPointVector()), own(new cv.Mat())];
    orb.detectAndCompute(scaled, own(new cv.Mat()), points, descriptors);
    const places = new Float32Array(points.size() * 2); // [points, 2]
    for (let i = 0; i < points.size(); i += 1) {
      const { x, y } = points.get(i).pt;
      places.set([x, y], i * 2);
    }
    return { places, descriptors: new Uint8Array(descriptors.data) };
  });
}

function inliers(picture: Keypoints, poster: Keypoints): number {
  return using((own) => {
    const pairs = corresponding(own(matOf(picture)), own(matOf(poster)));
    if (pairs.length < FEWEST) return 0;
    const side = (places: Float32Array, end: 0 | 1) =>
      own(
        cv.matFromArray(
          pairs.length,
          1,
          cv.CV_32FC2,
          pairs.flatMap((pair) => placeOf(places, pair[end])),
        ),
      );
    const mask = own(new cv.Mat());
    const [from, to] = [side(picture.places, 0), side(poster.places, 1)];
    own(cv.findHomography(from, to, cv.RANSAC, REPROJECTION, mask));
    return mask.rows === 0 ? 0 : cv.countNonZero(mask);
  });
}

/** Points of two pictures that look alike, as pairs of their numbers. */
function corresponding(one: Mat, other: Mat): readonly (readonly [number, number])[] {
  if (one.rows < FEWEST || other.rows < FEWEST) return [];
  return using((own) => {
    const matches = own(new cv.DMatchVectorVector());
    matcher.knnMatch(one, other, matches, 2);
    const pairs: (readonly [number, number])[] = [];
    for (let i = 0; i < matches.size(); i += 1) {
      const both = own(matches.get(i));
      if (both.size() < 2) continue;
      const [best, second] = [both.get(0), both.get(1)];
      if (best.distance < RATIO * second.distance) pairs.push([best.queryIdx, best.trainIdx]);
    }
    return pairs;
  });
}

function matOf({ descriptors }: Keypoints): Mat {
  const mat = new cv.Mat(descriptors.length / 32, 32, cv.CV_8UC1);
  mat.data.set(descriptors);
  return mat;
}

function placeOf(places: Float32Array, point: number): readonly [number, number] {
  return [places[point * 2] ?? 0, places[point * 2 + 1] ?? 0];
}

/** OpenCV's memory is not collected: what `own` was given is freed when the work is done, or has failed. */
function using<T>(work: (own: <Owned extends { delete(): void }>(thing: Owned) => Owned) => T): T {
  const owned: { delete(): void }[] = [];
  try {
    return work((thing) => {
      owned.push(thing);
      return thing;
    });
  } finally {
    for (const thing of owned) thing.delete();
  }
}
