import vendor from "@techstark/opencv-js";

/** What is used of OpenCV, compiled to WebAssembly: https://docs.opencv.org/4.12.0/ */
interface OpenCv {
  readonly Mat: new (rows?: number, columns?: number, type?: number) => Mat;
  readonly Size: new (width: number, height: number) => object;
  readonly KeyPointVector: new () => List<{ readonly pt: { readonly x: number; readonly y: number } }>;
  readonly DMatchVectorVector: new () => List<List<Match>>;
  readonly ORB: new (points: number) => Orb;
  readonly BFMatcher: new (norm: number) => Matcher;
  readonly CV_8UC1: number;
  readonly CV_8UC3: number;
  readonly CV_32FC2: number;
  readonly COLOR_RGB2GRAY: number;
  readonly INTER_AREA: number;
  readonly INTER_LINEAR: number;
  readonly NORM_HAMMING: number;
  readonly RANSAC: number;
  cvtColor(from: Mat, to: Mat, code: number): void;
  resize(from: Mat, to: Mat, size: object, scaleX: number, scaleY: number, interpolation: number): void;
  matFromArray(rows: number, columns: number, type: number, values: readonly number[]): Mat;
  findHomography(from: Mat, to: Mat, method: number, threshold: number, mask: Mat): Mat;
  countNonZero(mat: Mat): number;
  exceptionFromPtr(address: number): { readonly msg: string };
}

export interface Mat {
  readonly rows: number;
  /** its memory as bytes; invalid after the next allocation */
  readonly data: Uint8Array;
  delete(): void;
}

interface List<Item> {
  size(): number;
  get(at: number): Item;
  delete(): void;
}

interface Match {
  readonly queryIdx: number;
  readonly trainIdx: number;
  readonly distance: number;
}

interface Orb {
  detectAndCompute(image: Mat, mask: Mat, points: List<unknown>, descriptors: Mat): void;
}

interface Matcher {
  knnMatch(one: Mat, other: Mat, matches: List<unknown>, count: number): void;
}

/**
 * Waits until OpenCV is compiled: half a second and 100 MB, so only a worker thread imports this file. It comes wrapped,
 * because the module has a `then` that answers with itself: awaited, it would never come.
 */
export async function openCv(): Promise<{ readonly cv: OpenCv }> {
  // The package's declarations leave out what the compiler adds (lists, key points) and have other types for the rest.
  const cv = vendor as unknown as OpenCv & { readonly calledRun?: boolean; onRuntimeInitialized: () => void };
  if (cv.calledRun !== true) {
    await new Promise<void>((resolve) => {
      cv.onRuntimeInitialized = resolve;
    });
  }
  return { cv };
}
