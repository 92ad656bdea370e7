import { z } from "zod";

/** A point as the double keeps it. */
export interface Point {
  readonly id: number;
  vectors: Map<string, Float32Array>;
  payload: Record<string, unknown>;
}

const LIST = <T extends z.ZodType>(item: T) =>
  z
    .union([z.array(item), item.transform((one) => [one])])
    .nullish()
    .transform((items) => items ?? []);

export interface Filter {
  readonly must: readonly Condition[];
  readonly must_not: readonly Condition[];
  readonly should: readonly Condition[];
}

type Condition =
  | { readonly has_id: readonly number[] }
  | { readonly has_vector: string }
  | { readonly is_empty: { readonly key: string } }
  | { readonly key: string; readonly match: { readonly value: unknown } }
  | Filter;

const CONDITION: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ has_id: z.array(z.number()) }),
    z.strictObject({ has_vector: z.string() }),
    z.strictObject({ is_empty: z.strictObject({ key: z.string() }) }),
    z.strictObject({ key: z.string(), match: z.strictObject({ value: z.unknown() }) }),
    FILTER,
  ]),
);

/** The conditions that the double knows; a request with another one is an error of the double, not an empty answer. */
export const FILTER: z.ZodType<Filter> = z.lazy(() =>
  z.strictObject({ must: LIST(CONDITION), must_not: LIST(CONDITION), should: LIST(CONDITION) }),
);

/** https://qdrant.tech/documentation/concepts/filtering */
export function lets(filter: Filter | undefined, point: Point): boolean {
  if (!filter) return true;
  const { must, must_not: mustNot, should } = filter;
  if (!must.every((condition) => holds(condition, point))) return false;
  if (mustNot.some((condition) => holds(condition, point))) return false;
  return should.length === 0 || should.some((condition) => holds(condition, point));
}

function holds(condition: Condition, point: Point): boolean {
  if ("has_id" in condition) return condition.has_id.includes(point.id);
  if ("has_vector" in condition) return point.vectors.has(condition.has_vector);
  if ("is_empty" in condition) return isEmpty(point.payload[condition.is_empty.key]);
  if ("key" in condition) return point.payload[condition.key] === condition.match.value;
  return lets(condition, point);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
