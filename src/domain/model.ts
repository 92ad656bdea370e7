/** How a picture becomes the network's input tensor `[batch, 3, height, width]`, float32, RGB. */
export interface ModelInput {
  /** name of the tensor in the ONNX graph */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** "squash" ignores the aspect ratio; "clip" shrinks the short side to the size, then crops the centre */
  readonly resize: "squash" | "clip";
  readonly kernel: "bicubic";
  /** per channel, on values scaled to 0..1 */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** One file of a network. */
export interface ModelFile {
  /** relative to the models folder, `/` between parts */
  readonly path: string;
  /** where it is downloaded from, null when it ships with opfind */
  readonly url: string | null;
  /** lower-case hex */
  readonly sha256: string;
  readonly bytes: number;
}

/** A network opfind knows: an entry of models/manifest.json. */
export interface ModelEntry {
  readonly id: string;
  /** the first file is the ONNX graph; others lie where it expects them */
  readonly files: readonly [ModelFile, ...ModelFile[]];
  readonly source: string;
  readonly revision: string;
  readonly licence: string;
  readonly input: ModelInput;
  /** name of the output tensor `[batch, dimension]` */
  readonly output: string;
  readonly dimension: number;
  /** most pictures in one run */
  readonly maxBatch: number;
}

/** An entry whose files are on this machine. */
export interface ModelFiles {
  readonly entry: ModelEntry;
  /** absolute path of the ONNX graph */
  readonly network: string;
}
