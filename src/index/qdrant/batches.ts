import type { Schemas } from "@qdrant/js-client-rest";

/** One change of points. */
export type Operation = Schemas["UpdateOperation"];

/** Qdrant refuses requests over 32 MB (`service.max_request_size_mb`); proxies in front of it often far smaller ones. */
const MAX_BATCH_BYTES = 8_000_000;
/** A number of a vector as JSON: "-0.061234567314386368," at most. */
const BYTES_PER_NUMBER = 24;
const BYTES_PER_OPERATION = 1_000;

/** The operations in their order, cut into requests that are no larger than the limit; one alone is never cut. */
export function* inBatches(
  operations: readonly Operation[],
  maxBytes = MAX_BATCH_BYTES,
): Generator<readonly Operation[], void> {
  let batch: Operation[] = [];
  let bytes = 0;
  for (const operation of operations) {
    const size = sizeOf(operation);
    if (batch.length > 0 && bytes + size > maxBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(operation);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** From above, without writing the JSON twice: vectors are nearly all of it. */
function sizeOf(operation: Operation): number {
  let numbers = 0;
  const points = vectorsIn(operation);
  for (const vector of points) numbers += countNumbers(vector);
  return BYTES_PER_OPERATION * (points.length + 1) + numbers * BYTES_PER_NUMBER;
}

function vectorsIn(operation: Operation): readonly unknown[] {
  if ("upsert" in operation && "points" in operation.upsert) return operation.upsert.points.map(({ vector }) => vector);
  if ("update_vectors" in operation) return operation.update_vectors.points.map(({ vector }) => vector);
  return [];
}

function countNumbers(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + countNumbers(part), 0);
}
