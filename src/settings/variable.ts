import { z } from "zod";

/**
 * One variable of the environment: its schema, and what the person is told who wrote something else there.
 * @param shape what a person writes, after "must be"
 * @param example a value that the schema takes
 */
export function variable<Schema extends z.ZodType>(schema: Schema, shape: string, example: string): Schema {
  return schema.meta({ description: shape, examples: [example] });
}

export const url = z.url({ protocol: /^https?$/ });
/** A name with a dot, its port where it is not 443; of addresses only this machine's own, with its port. */
export const host = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*(?::\d{1,5})?|127\.0\.0\.1:\d{1,5})$/;
export const flag = z.enum(["0", "1", "true", "false"]).transform((value) => value === "1" || value === "true");

const UNITS_MS = new Map([
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);
/** A timer holds no more than 24 days. */
const LONGEST_MS = 14 * 86_400_000;

/** Minutes, hours or days, as milliseconds. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[mhd]$/)
  .transform((text) => Number.parseInt(text, 10) * (UNITS_MS.get(text.slice(-1)) ?? 0))
  .refine((ms) => ms <= LONGEST_MS);

/** At least one host, apart by commas. */
export const hosts = z
  .string()
  .transform((value) => value.split(",").map((name) => name.trim()))
  .refine((names) => names.every((name) => host.test(name)));

/** Values apart by commas; none unless set. */
export const list = (one: z.ZodType<string, string>) =>
  z
    .string()
    .default("")
    .transform((value) => value.split(",").flatMap((name) => name.trim() || []))
    .pipe(z.array(one));
