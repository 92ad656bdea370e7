import { z } from "zod";

/** A JSON value as text, in a field of a form. */
export function jsonText<Schema extends z.ZodType>(schema: Schema) {
  const parsed = z
    .string()
    .max(100_000)
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: "custom", message: "it must be JSON" });
        return z.NEVER;
      }
    });
  return parsed.pipe(schema);
}
