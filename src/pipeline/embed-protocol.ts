/** Asks the worker to open a network on the first device that can both create and run it. */
export interface OpenRequest {
  readonly kind: "open";
  readonly id: number;
  readonly network: string;
  /** ONNX Runtime execution providers in order of preference */
  readonly devices: readonly string[];
  readonly threads: number;
  readonly input: { readonly name: string; readonly width: number; readonly height: number };
  readonly output: string;
  readonly dimension: number;
}

/** Asks for one run. `batch` is `[count, 3, height, width]` and moves to the worker. */
export interface RunRequest {
  readonly kind: "run";
  readonly id: number;
  readonly batch: Float32Array<ArrayBuffer>;
  readonly count: number;
}

export type EmbedRequest = OpenRequest | RunRequest;

/** A device that was tried and why it did not serve. */
export interface Refusal {
  readonly device: string;
  readonly why: string;
}

export type EmbedReply =
  | { readonly kind: "opened"; readonly id: number; readonly device: string; readonly refusals: readonly Refusal[] }
  /** `[count, dimension]`, every row of length 1 */
  | { readonly kind: "ran"; readonly id: number; readonly embeddings: Float32Array<ArrayBuffer> }
  | { readonly kind: "failed"; readonly id: number; readonly failure: EmbedFailure; readonly why: string };

export type EmbedFailure = "incompatible" | "out-of-memory" | "failed";
