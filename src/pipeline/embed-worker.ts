/** Entry point of the worker thread that alone runs the network: `run()` blocks its thread for a whole inference. */
import { parentPort } from "node:worker_threads";
import { env, InferenceSession, Tensor } from "onnxruntime-node";
import type { EmbedFailure, EmbedReply, EmbedRequest, OpenRequest, Refusal, RunRequest } from "./embed-protocol.ts";
import { giveWay } from "./give-way.ts";

interface OpenNetwork {
  readonly session: InferenceSession;
  readonly request: OpenRequest;
}

class NetworkFailure extends Error {
  readonly failure: EmbedFailure;
  constructor(failure: EmbedFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

const port = parentPort;
if (!port) throw new TypeError("embed-worker is started as a worker thread only");
// Before the network starts threads of its own: they are as patient as this one.
giveWay();
// What fails is thrown and told in our own words: the runtime's coloured lines on stderr would only double it.
env.logLevel = "fatal";
let network: OpenNetwork | undefined;
let queue: Promise<void> = Promise.resolve();

port.on("message", (request: EmbedRequest) => {
  queue = queue.then(() => answer(request));
});

async function answer(request: EmbedRequest): Promise<void> {
  try {
    reply(request.kind === "open" ? await open(request) : await run(request));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const failure = error instanceof NetworkFailure ? error.failure : isOutOfMemory(why) ? "out-of-memory" : "failed";
    reply({ kind: "failed", id: request.id, failure, why });
  }
}

function reply(message: EmbedReply): void {
  port?.postMessage(message, message.kind === "ran" ? [message.embeddings.buffer] : []);
}

/** Tries every device: creation may succeed where the first run fails (CUDA), so the warm-up belongs to the try. */
async function open(request: OpenRequest): Promise<EmbedReply> {
  const refusals: Refusal[] = [];
  for (const device of request.devices) {
    try {
      network = { session: await create(request, device), request };
      const { width, height } = request.input;
      await infer(network, new Float32Array(3 * height * width), 1);
      return { kind: "opened", id: request.id, device, refusals };
    } catch (error) {
      if (error instanceof NetworkFailure) throw error;
      refusals.push({ device, why: firstLine(error) });
    }
  }
  throw new NetworkFailure("failed", refusals.map(({ device, why }) => `${device}: ${why}`).join("; "));
}

async function create({ network: path, threads }: OpenRequest, device: string): Promise<InferenceSession> {
  return await InferenceSession.create(path, {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
}

async function run({ id, batch, count }: RunRequest): Promise<EmbedReply> {
  if (!network) throw new TypeError("run before open");
  const output = await infer(network, batch, count); // [count, dimension]
  return { kind: "ran", id, embeddings: normalised(output, network.request.dimension) };
}

async function infer({ session, request }: OpenNetwork, batch: Float32Array, count: number): Promise<Float32Array> {
  const { input, output, dimension } = request;
  expectNames(session, request);
  const tensor = new Tensor("float32", batch, [count, 3, input.height, input.width]);
  const { [output]: result } = await session.run({ [input.name]: tensor }, [output]);
  const dims = result?.dims ?? [];
  if (!(result?.data instanceof Float32Array) || dims.length !== 2 || dims[0] !== count || dims[1] !== dimension) {
    const got = `${result?.type} [${dims.join(", ")}]`;
    throw new NetworkFailure("incompatible", `its output is ${got} where float32 [${count}, ${dimension}] is expected`);
  }
  return result.data;
}

function expectNames(session: InferenceSession, { input, output }: OpenRequest): void {
  const { inputNames, outputNames, inputMetadata } = session;
  if (inputNames.length !== 1 || inputNames[0] !== input.name || !outputNames.includes(output)) {
    const got = `inputs ${inputNames.join(", ")}, outputs ${outputNames.join(", ")}`;
    throw new NetworkFailure("incompatible", `it has ${got} where ${input.name} and ${output} are expected`);
  }
  const [metadata] = inputMetadata;
  if (!metadata?.isTensor) return;
  const wanted = [3, input.height, input.width];
  const isFit = metadata.shape.length === 4 && wanted.every((size, i) => fits(metadata.shape[i + 1], size));
  if (metadata.type === "float32" && isFit) return;
  const got = `${metadata.type} [${metadata.shape.join(", ")}]`;
  throw new NetworkFailure("incompatible", `its input is ${got} where float32 [N, ${wanted.join(", ")}] is expected`);
}

/** A named dimension takes every size. */
function fits(size: number | string | undefined, wanted: number): boolean {
  return typeof size === "string" || size === wanted || size === -1;
}

/** Scales every row to length 1 in a buffer of its own, which can move between threads. */
function normalised(output: Float32Array, dimension: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(output); // [count, dimension]
  for (let start = 0; start < rows.length; start += dimension) {
    const row = rows.subarray(start, start + dimension);
    let square = 0;
    for (const value of row) square += value * value;
    const length = Math.sqrt(square);
    if (!Number.isFinite(length)) throw new NetworkFailure("failed", "its output is not a number");
    if (length === 0) throw new NetworkFailure("failed", "its output is zero everywhere");
    for (let i = 0; i < dimension; i++) row[i] = (row[i] ?? 0) / length;
  }
  return rows;
}

/** ONNX Runtime has no code for it: bad_alloc (CPU), BFCArena and cudaErrorMemoryAllocation (CUDA), Dawn (WebGPU). */
function isOutOfMemory(why: string): boolean {
  return /bad.?alloc|out of memory|failed to allocate|memoryallocation|available memory/i.test(why);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
