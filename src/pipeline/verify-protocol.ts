import type { RgbImage } from "./ports.ts";

/** The striking points of a picture, strongest first: ORB (Rublee et al., ICCV 2011). 36 bytes a point. */
export interface Keypoints {
  /** x and y of each point in the worker's own scale, float32 `[points, 2]` */
  readonly places: Float32Array<ArrayBuffer>;
  /** what surrounds each point, 256 bits: `[points, 32]` */
  readonly descriptors: Uint8Array<ArrayBuffer>;
}

/** Asks for the points of a picture. */
interface DescribeRequest {
  readonly kind: "describe";
  readonly id: number;
  readonly image: RgbImage;
}

/** Asks how many points of the picture lie where one perspective view of the poster would put them. */
interface CompareRequest {
  readonly kind: "compare";
  readonly id: number;
  readonly picture: Keypoints;
  readonly poster: Keypoints;
}

export type VerifyRequest = DescribeRequest | CompareRequest;

export type VerifyReply =
  | { readonly kind: "described"; readonly id: number; readonly keypoints: Keypoints }
  | { readonly kind: "compared"; readonly id: number; readonly inliers: number }
  | { readonly kind: "failed"; readonly id: number; readonly why: string };
