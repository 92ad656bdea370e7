/** JSON from a wire: every member is looked at before it is trusted. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value if it is an object, else an empty one. */
export function jsonOf(value: unknown): Json {
  return isJson(value) ? value : {};
}

/** The objects of a list; nothing for whatever is no list. */
export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

export function parseJson(text: string): unknown {
  return text === "" ? null : JSON.parse(text);
}
