import { z } from "zod";
import { FILTER, type Filter, lets, type Point } from "./filter.ts";

/** What the server refuses: its status and its words. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const VECTORS = z.record(z.string(), z.array(z.number()));
const POINT = z.strictObject({ id: z.number(), vector: VECTORS, payload: z.record(z.string(), z.unknown()).nullish() });
const OPERATION = z.union([
  z.strictObject({
    upsert: z.strictObject({
      points: z.array(POINT),
      update_mode: z.enum(["upsert", "insert_only", "update_only"]).default("upsert"),
      update_filter: FILTER.optional(),
    }),
  }),
  z.strictObject({
    update_vectors: z.strictObject({ points: z.array(z.strictObject({ id: z.number(), vector: VECTORS })) }),
  }),
  z.strictObject({ set_payload: z.strictObject({ payload: z.record(z.string(), z.unknown()), filter: FILTER }) }),
  z.strictObject({
    delete: z.union([z.strictObject({ points: z.array(z.number()) }), z.strictObject({ filter: FILTER })]),
  }),
  z.strictObject({ delete_vectors: z.strictObject({ filter: FILTER, vector: z.array(z.string()) }) }),
]);
type Operation = z.infer<typeof OPERATION>;
export const OPERATIONS = z.strictObject({ operations: z.array(OPERATION) });

/** One collection: real vectors, exact search. */
export class Collection {
  readonly config: Record<string, unknown>;
  readonly indexes = new Map<string, string>();
  readonly sizes = new Map<string, number>();
  readonly points = new Map<number, Point>();

  constructor(config: Record<string, unknown>) {
    this.config = config;
  }

  apply(operation: Operation): void {
    if ("upsert" in operation) {
      this.#upsert(operation.upsert);
      return;
    }
    if ("update_vectors" in operation) {
      for (const { id, vector } of operation.update_vectors.points) this.#setVectors(this.#existing(id), vector);
      return;
    }
    if ("set_payload" in operation) {
      const { filter, payload } = operation.set_payload;
      for (const point of this.#matching(filter)) point.payload = { ...point.payload, ...payload };
      return;
    }
    if ("delete" in operation) {
      const selector = operation.delete;
      const ids = "points" in selector ? selector.points : this.#matching(selector.filter).map(({ id }) => id);
      for (const id of ids) this.points.delete(id);
      return;
    }
    const { filter, vector } = operation.delete_vectors;
    for (const name of vector) this.#requireName(name);
    for (const point of this.#matching(filter)) for (const name of vector) point.vectors.delete(name);
  }

  /** Ascending by id. */
  select(filter: Filter | undefined): readonly Point[] {
    return this.#matching(filter).sort((a, b) => a.id - b.id);
  }

  search(query: readonly number[], using: string, filter: Filter | undefined) {
    this.#requireName(using, query.length);
    return this.#matching(filter)
      .flatMap((point) => {
        const vector = point.vectors.get(using);
        return vector ? [{ id: point.id, version: 0, score: dot(query, vector) }] : [];
      })
      .sort((a, b) => b.score - a.score);
  }

  #upsert({ points, update_mode: mode, update_filter: filter }: Extract<Operation, { upsert: unknown }>["upsert"]) {
    for (const { id, vector, payload } of points) {
      const present = this.points.get(id);
      for (const [name, values] of Object.entries(vector)) this.#requireName(name, values.length);
      if (present ? mode === "insert_only" || !lets(filter, present) : mode === "update_only") continue;
      const point: Point = { id, vectors: new Map(), payload: structuredClone(payload ?? {}) };
      this.points.set(id, point);
      this.#setVectors(point, vector);
    }
  }

  #setVectors(point: Point, vectors: Readonly<Record<string, readonly number[]>>): void {
    for (const [name, values] of Object.entries(vectors)) {
      this.#requireName(name, values.length);
      point.vectors.set(name, Float32Array.from(values));
    }
  }

  #existing(id: number): Point {
    const point = this.points.get(id);
    if (!point) throw new Refusal(404, `Not found: No point with id ${id} found`);
    return point;
  }

  #requireName(name: string, dimension?: number): void {
    const size = this.sizes.get(name);
    if (size === undefined) throw new Refusal(400, `Wrong input: Not existing vector name error: ${name}`);
    if (dimension !== undefined && dimension !== size) {
      throw new Refusal(400, `Wrong input: Vector dimension error: expected dim: ${size}, got ${dimension}`);
    }
  }

  #matching(filter: Filter | undefined): Point[] {
    return [...this.points.values()].filter((point) => lets(filter, point));
  }
}

function dot(a: readonly number[], b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
