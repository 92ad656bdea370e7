import { orAborted } from "../abort.ts";
import type { ModelFiles } from "../domain/model.ts";
import { entryPoint } from "../entry-point.ts";
import type { Logger } from "../log.ts";
import { deviceList } from "./devices.ts";
import { embedFailure, unexpected } from "./embed-failure.ts";
import type { EmbedReply, EmbedRequest, OpenRequest } from "./embed-protocol.ts";
import { modelIdOf } from "./model-id.ts";
import type { Embedder, Embedding, RgbImage } from "./ports.ts";
import { preprocessInto } from "./preprocess.ts";
import { WorkerChannel, WorkerStopped } from "./worker-channel.ts";

type EmbedChannel = WorkerChannel<EmbedRequest, EmbedReply>;

export interface EmbedderOptions {
  readonly model: ModelFiles;
  /** `OPFIND_DEVICE`: "auto", a device, or several in order of preference; "cpu" is always the last resort */
  readonly device: string;
  /** threads of one run; more than one helps single pictures, not many */
  readonly threads: number;
  readonly log: Logger;
  /** the worker's script, another one in tests of its failures */
  readonly workerScript?: URL;
}

/**
 * Opens a network in a worker thread, warmed up.
 * @throws OpfindError config-invalid | model-incompatible | embedder-failed | aborted
 */
export async function openEmbedder(options: EmbedderOptions, signal: AbortSignal): Promise<Embedder> {
  const embedder = new OnnxEmbedder(options);
  try {
    await embedder.open(signal);
  } catch (error) {
    await embedder.close();
    throw error;
  }
  return embedder;
}

/** A network that is opened by the first pictures it is shown: for one that most runs never ask. */
export function lazyEmbedder(options: EmbedderOptions): Embedder {
  return new OnnxEmbedder(options);
}

class OnnxEmbedder implements Embedder {
  readonly modelId: string;
  readonly dimension: number;
  readonly #options: EmbedderOptions;
  readonly #devices: readonly string[];
  #channel: Promise<EmbedChannel> | undefined;
  #device = "none";
  #maxBatch: number;
  #lastId = 0;
  readonly #closing = new AbortController();

  constructor(options: EmbedderOptions) {
    const { dimension, maxBatch } = options.model.entry;
    this.#options = options;
    this.#devices = deviceList(options.device);
    this.#maxBatch = maxBatch;
    this.modelId = modelIdOf(options.model.entry);
    this.dimension = dimension;
  }

  get device(): string {
    return this.#device;
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.#translated(signal, () => this.#openChannel(signal));
  }

  async embed(images: readonly RgbImage[], signal: AbortSignal): Promise<readonly Embedding[]> {
    return await this.#translated(signal, async () => {
      const embeddings: Embedding[] = [];
      let next = this.#ahead(images, 0);
      while (embeddings.length < images.length) {
        signal.throwIfAborted();
        const batch = await next;
        // While the network runs this batch, the next one is resized.
        next = this.#ahead(images, embeddings.length + batch.images.length);
        embeddings.push(...(await this.#run(batch, signal)));
      }
      return embeddings;
    });
  }

  async close(): Promise<void> {
    const opening = this.#channel;
    this.#closing.abort();
    const channel = await opening?.catch(() => undefined);
    await channel?.close();
  }

  #ahead(images: readonly RgbImage[], from: number): Promise<Batch> {
    const batch = this.#prepare(images.slice(from, from + this.#maxBatch));
    batch.catch(() => {}); // told when it is awaited; after a failure of the run before it, nobody asks
    return batch;
  }

  async #prepare(images: readonly RgbImage[]): Promise<Batch> {
    const { input } = this.#options.model.entry;
    const size = 3 * input.height * input.width;
    const tensor = new Float32Array(images.length * size); // [batch, 3, height, width]
    await Promise.all(
      images.map((image, i) => preprocessInto(tensor.subarray(i * size, (i + 1) * size), image, input)),
    );
    return { images, tensor };
  }

  async #run({ images, tensor }: Batch, signal: AbortSignal): Promise<readonly Embedding[]> {
    const channel = await this.#openChannel(signal);
    const request = { kind: "run", id: ++this.#lastId, batch: tensor, count: images.length } as const;
    const reply = await channel.ask(request, [tensor.buffer], signal);
    if (reply.kind === "ran")
      return images.map((_, i) => reply.embeddings.slice(i * this.dimension, (i + 1) * this.dimension));
    if (reply.kind === "failed" && reply.failure === "out-of-memory" && images.length > 1)
      return await this.#halve(images, signal);
    throw unexpected(reply);
  }

  /** The tensor went with the failed run, so both halves are prepared anew; later batches start small. */
  async #halve(images: readonly RgbImage[], signal: AbortSignal): Promise<readonly Embedding[]> {
    const half = Math.ceil(images.length / 2);
    this.#options.log.warn(
      { device: this.#device, batch: images.length, next: half },
      "out of memory, embedding smaller batches",
    );
    this.#maxBatch = Math.min(this.#maxBatch, half);
    const first = await this.#run(await this.#prepare(images.slice(0, half)), signal);
    return [...first, ...(await this.#run(await this.#prepare(images.slice(half)), signal))];
  }

  /** The open channel, a new one after the thread stopped. One opening serves all that wait for it. */
  async #openChannel(signal: AbortSignal): Promise<EmbedChannel> {
    if (this.#closing.signal.aborted) throw new WorkerStopped("it was closed");
    signal.throwIfAborted(); // before the opening starts: nobody would hear of its failure
    this.#channel ??= this.#start();
    const channel = this.#channel;
    const { isStopped } = await orAborted(channel, signal);
    if (!isStopped) return await channel;
    if (this.#channel === channel) this.#channel = undefined;
    return await this.#openChannel(signal);
  }

  async #start(): Promise<EmbedChannel> {
    const channel = new WorkerChannel<EmbedRequest, EmbedReply>(
      this.#options.workerScript ?? entryPoint(import.meta.url, "embed-worker"),
    );
    try {
      const reply = await channel.ask(this.#openRequest(), [], this.#closing.signal);
      if (reply.kind !== "opened") throw unexpected(reply);
      this.#device = reply.device;
      this.#report(reply);
      return channel;
    } catch (error) {
      this.#channel = undefined; // the next call tries again
      await channel.close();
      throw this.#closing.signal.aborted ? new WorkerStopped("it was closed", { cause: error }) : error;
    }
  }

  #openRequest(): OpenRequest {
    const { model, threads } = this.#options;
    const { input, output, dimension } = model.entry;
    const { name, width, height } = input;
    const shape = { input: { name, width, height }, output, dimension };
    return { kind: "open", id: ++this.#lastId, network: model.network, devices: this.#devices, threads, ...shape };
  }

  #report({ device, refusals }: Extract<EmbedReply, { kind: "opened" }>): void {
    if (refusals.length === 0) return;
    const why = refusals.map((refusal) => `${refusal.device}: ${refusal.why}`).join("; ");
    this.#options.log.warn({ device }, `the network runs on ${device}, because ${why}`);
  }

  async #translated<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw embedFailure(error, this.modelId, signal);
    }
  }
}

interface Batch {
  readonly images: readonly RgbImage[];
  readonly tensor: Float32Array<ArrayBuffer>;
}
