/** Just enough of ONNX's protobuf (onnx/onnx.proto) to write a network of a few nodes, so that tests need no file. */

/** A message under construction: fields in the order they are written. */
type Field = readonly [number, bigint | string | Uint8Array];

export type Attribute = readonly [name: string, value: readonly number[]];

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly Attribute[];
}

export interface Constant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** A float32 tensor; a string is a dimension that takes every size. */
export interface TensorShape {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
  readonly inputs: readonly TensorShape[];
  readonly outputs: readonly TensorShape[];
}

const FLOAT = 1n;
const INT64 = 7n;
const INTS = 7n;

/** @returns the bytes of an .onnx file, opset 13 */
export function writeOnnx({ nodes, constants, inputs, outputs }: Graph): Uint8Array {
  const graph = message([
    ...nodes.map((node): Field => [1, nodeProto(node)]),
    [2, "tiny"],
    ...constants.map((constant): Field => [5, tensorProto(constant)]),
    ...inputs.map((input): Field => [11, valueInfo(input)]),
    ...outputs.map((output): Field => [12, valueInfo(output)]),
  ]);
  return message([
    [1, 8n],
    [7, graph],
    [8, message([[2, 13n]])],
  ]);
}

function nodeProto({ op, inputs, outputs, attributes = [] }: Node): Uint8Array {
  return message([
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, op],
    ...attributes.map(
      ([name, values]): Field => [5, message([[1, name], ...values.map((v): Field => [8, BigInt(v)]), [20, INTS]])],
    ),
  ]);
}

function tensorProto({ name, dims, values }: Constant): Uint8Array {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message([
    ...dims.map((dim): Field => [1, BigInt(dim)]),
    [2, values instanceof Float32Array ? FLOAT : INT64],
    [8, name],
    [9, raw],
  ]);
}

function valueInfo({ name, dims }: TensorShape): Uint8Array {
  const shape = message(
    dims.map((dim): Field => [1, message([typeof dim === "number" ? [1, BigInt(dim)] : [2, dim]])]),
  );
  return message([
    [1, name],
    [
      2,
      message([
        [
          1,
          message([
            [1, FLOAT],
            [2, shape],
          ]),
        ],
      ]),
    ],
  ]);
}

function message(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.map(([tag, value]) =>
      typeof value === "bigint" ? Buffer.concat([varint(BigInt(tag) << 3n), varint(value)]) : bytes(tag, value),
    ),
  );
}

function bytes(tag: number, value: string | Uint8Array): Uint8Array {
  const content = Buffer.from(value);
  return Buffer.concat([varint((BigInt(tag) << 3n) | 2n), varint(BigInt(content.length)), content]);
}

function varint(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...out, Number(rest)]);
}
