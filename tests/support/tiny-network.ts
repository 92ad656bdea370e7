import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelEntry, ModelFiles, ModelInput } from "../../src/domain/model.ts";
import { type Constant, type Node, writeOnnx } from "./onnx-writer.ts";

/** What the network does with its answer before it gives it away. */
type Ending = "plain" | "zero" | "not-a-number" | "hungry";

export interface TinyNetwork {
  readonly id?: string;
  readonly width?: number;
  readonly height?: number;
  readonly dimension?: number;
  readonly ending?: Ending;
  readonly maxBatch?: number;
  /** what the manifest claims, where that is not what the network is */
  readonly claims?: Partial<Pick<ModelEntry, "dimension" | "output">> & { readonly input?: Partial<ModelInput> };
}

/** CLIP ViT-B/32's vision interface: `pixel_values` [N, 3, 224, 224] → `image_embeds` [N, 512]. */
export const CLIP_SHAPED = { id: "tiny-clip", width: 224, height: 224, dimension: 512 } as const satisfies TinyNetwork;

/**
 * Writes a random but deterministic network (a 4 × 4 grid of mean colours, projected) into a folder.
 * @returns it with a manifest entry that describes it
 */
export async function tinyNetwork(folder: string, network: TinyNetwork = {}): Promise<ModelFiles> {
  const {
    id = "tiny",
    width = 32,
    height = 48,
    dimension = 16,
    ending = "plain",
    maxBatch = 16,
    claims = {},
  } = network;
  const bytes = build({ width, height, dimension, ending });
  const path = join(folder, `${id}-${ending}.onnx`);
  await mkdir(folder, { recursive: true });
  await writeFile(path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const input = {
    name: "pixel_values",
    width,
    height,
    resize: "squash",
    kernel: "bicubic",
    mean: [0, 0, 0],
    std: [1, 1, 1],
  } as const;
  const about = { id, source: "test", revision: "1", licence: "MIT", maxBatch, dimension, output: "image_embeds" };
  const files = [{ path: `${id}-${ending}.onnx`, url: null, sha256, bytes: bytes.length }] as const;
  return { entry: { ...about, ...claims, files, input: { ...input, ...claims.input } }, network: path };
}

function build({
  width,
  height,
  dimension,
  ending,
}: Required<Pick<TinyNetwork, "width" | "height" | "dimension" | "ending">>): Uint8Array {
  const cell = [height / 4, width / 4];
  const { nodes, constants } = ENDINGS[ending];
  return writeOnnx({
    nodes: [
      {
        op: "AveragePool",
        inputs: ["pixel_values"],
        outputs: ["grid"],
        attributes: [
          ["kernel_shape", cell],
          ["strides", cell],
        ],
      },
      { op: "Flatten", inputs: ["grid"], outputs: ["flat"] },
      { op: "MatMul", inputs: ["flat", "projection"], outputs: ["projected"] },
      ...nodes,
    ],
    constants: [{ name: "projection", dims: [48, dimension], values: noise(48 * dimension) }, ...constants],
    inputs: [{ name: "pixel_values", dims: ["N", 3, height, width] }],
    outputs: [{ name: "image_embeds", dims: ["N", dimension] }],
  });
}

const ZERO: Constant = { name: "zero", dims: [1], values: Float32Array.of(0) };

const ENDINGS: Readonly<Record<Ending, { readonly nodes: readonly Node[]; readonly constants: readonly Constant[] }>> =
  {
    plain: { nodes: [{ op: "Identity", inputs: ["projected"], outputs: ["image_embeds"] }], constants: [] },
    zero: { nodes: [{ op: "Mul", inputs: ["projected", "zero"], outputs: ["image_embeds"] }], constants: [ZERO] },
    "not-a-number": {
      nodes: [
        { op: "Mul", inputs: ["projected", "zero"], outputs: ["nothing"] },
        { op: "Div", inputs: ["nothing", "zero"], outputs: ["image_embeds"] },
      ],
      constants: [ZERO],
    },
    // Needs 8^N floats for N pictures: 64 MB for 8, a petabyte for 16. No machine gives that.
    hungry: {
      nodes: [
        { op: "Shape", inputs: ["projected"], outputs: ["shape"] },
        { op: "Gather", inputs: ["shape", "first"], outputs: ["count"] },
        { op: "Pow", inputs: ["eight", "count"], outputs: ["size"] },
        { op: "ConstantOfShape", inputs: ["size"], outputs: ["meal"] },
        { op: "ReduceSum", inputs: ["meal"], outputs: ["sum"], attributes: [] },
        { op: "Reshape", inputs: ["sum", "one"], outputs: ["taste"] },
        { op: "Add", inputs: ["projected", "taste"], outputs: ["image_embeds"] },
      ],
      constants: [
        { name: "first", dims: [1], values: BigInt64Array.of(0n) },
        { name: "eight", dims: [1], values: BigInt64Array.of(8n) },
        { name: "one", dims: [1], values: BigInt64Array.of(1n) },
      ],
    },
  };

/** Uniform in -1..1 from a linear congruential generator (Numerical Recipes' constants). */
function noise(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
