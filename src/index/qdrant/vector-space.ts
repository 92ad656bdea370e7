import { z } from "zod";
import type { NewEmbedding } from "../../pipeline/ports.ts";
import type { QdrantConnection } from "./connection.ts";
import { isConflict } from "./qdrant-failure.ts";
import { readVectorName, vectorName } from "./vector-name.ts";

/** A named vector of a collection. */
export interface VectorSlot {
  readonly name: string;
  readonly modelId: string;
  readonly view: string;
  readonly dimension: number;
}

/** Another instance may have added the first poster of a network meanwhile. */
const REFRESH_MS = 30_000;

const COLLECTION = z.object({
  status: z.string(),
  points_count: z.int().nullish(),
  indexed_vectors_count: z.int().nullish(),
  config: z.object({ params: z.object({ vectors: z.record(z.string(), z.object({ size: z.int() })).nullish() }) }),
});

/** Which named vectors a collection has; new ones are made when a network or a view comes for the first time. */
export class VectorSpace {
  readonly #connection: QdrantConnection;
  readonly #collection: string;
  readonly #isOnDisk: boolean;
  readonly #elapsedMs: () => number;
  #known: { readonly slots: readonly VectorSlot[]; readonly at: number } | undefined;

  constructor(
    connection: QdrantConnection,
    { collection, isOnDisk, elapsedMs }: { collection: string; isOnDisk: boolean; elapsedMs: () => number },
  ) {
    this.#connection = connection;
    this.#collection = collection;
    this.#isOnDisk = isOnDisk;
    this.#elapsedMs = elapsedMs;
  }

  /** Every named vector, at most half a minute old, in the order of their names. */
  async slots(signal: AbortSignal): Promise<readonly VectorSlot[]> {
    if (this.#known && this.#elapsedMs() - this.#known.at < REFRESH_MS) return this.#known.slots;
    return await this.#refresh(signal);
  }

  /** The named vectors of one network: their place is stable as long as no view is added. */
  async slotsOf(modelId: string, signal: AbortSignal): Promise<readonly VectorSlot[]> {
    const own = (slots: readonly VectorSlot[]) => slots.filter((slot) => slot.modelId === modelId);
    const known = own(await this.slots(signal));
    // "None" is not remembered: the first poster of a network is found at once, whoever added it.
    return known.length > 0 ? known : own(await this.#refresh(signal));
  }

  /** Makes the named vectors of these embeddings where they are missing. @returns the embeddings by vector name */
  async named(
    modelId: string,
    embeddings: readonly NewEmbedding[],
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, number[]>>> {
    const wanted = embeddings.map(({ view, embedding }) => ({ name: vectorName(modelId, view), embedding }));
    for (const { name, embedding } of wanted) await this.ensure({ name, dimension: embedding.length }, signal);
    return Object.fromEntries(wanted.map(({ name, embedding }) => [name, [...embedding]]));
  }

  /** Makes a named vector unless it is there. @throws OpfindError index-broken when it has another dimension */
  async ensure({ name, dimension }: Pick<VectorSlot, "name" | "dimension">, signal: AbortSignal): Promise<void> {
    const isKnown = (slots: readonly VectorSlot[]) => slots.some((slot) => slot.name === name);
    if (isKnown(await this.slots(signal)) || isKnown(await this.#refresh(signal))) return;
    try {
      await this.#create(name, dimension, signal);
    } catch (error) {
      // Another instance may have been faster.
      if (!isConflict(error) || !isKnown(await this.#refresh(signal))) throw error;
    }
    await this.#refresh(signal);
  }

  /** What the server says of the collection. */
  async describe(signal: AbortSignal): Promise<z.infer<typeof COLLECTION>> {
    return await this.#connection.ask(
      { shape: COLLECTION, send: (api, init) => api.getCollection({ collection_name: this.#collection }, init) },
      signal,
    );
  }

  async #refresh(signal: AbortSignal): Promise<readonly VectorSlot[]> {
    const { config } = await this.describe(signal);
    const slots = Object.entries(config.params.vectors ?? {}).flatMap(([name, { size: dimension }]) => {
      const read = readVectorName(name);
      return read ? [{ name, dimension, ...read }] : [];
    });
    slots.sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#known = { slots, at: this.#elapsedMs() };
    return slots;
  }

  /** `Dot`, not `Cosine`: embeddings have length one already, and what comes back is bit by bit what was stored. */
  async #create(name: string, dimension: number, signal: AbortSignal): Promise<void> {
    const place = { collection_name: this.#collection };
    const config = { dense: { size: dimension, distance: "Dot" } } as const;
    await this.#connection.ask(
      {
        shape: z.object({ status: z.literal("completed") }),
        send: (api, init) =>
          api.createVectorName({ ...place, vector_name: name, wait: true, ordering: "strong", ...config }, init),
      },
      signal,
    );
    if (!this.#isOnDisk) return;
    const vectors = { [name]: { on_disk: true } };
    await this.#connection.ask(
      { shape: z.literal(true), send: (api, init) => api.updateCollection({ ...place, vectors }, init) },
      signal,
    );
  }
}
