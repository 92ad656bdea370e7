/**
 * A point has one named vector per model and view: `<model>~~<view>`. Qdrant names folders after them, so everything but
 * letters, digits, dot, dash and underscore is written as `~` and two hex digits per byte.
 */
const SEPARATOR = "~~";

export function vectorName(modelId: string, view: string): string {
  return `${escaped(modelId)}${SEPARATOR}${escaped(view)}`;
}

/** @returns undefined for a name that is none of opfind's */
export function readVectorName(name: string): { readonly modelId: string; readonly view: string } | undefined {
  const [modelId, view, ...more] = name.split(SEPARATOR);
  if (modelId === undefined || view === undefined || more.length > 0) return undefined;
  return { modelId: unescaped(modelId), view: unescaped(view) };
}

function escaped(text: string): string {
  const bytes = [...Buffer.from(text, "utf8")];
  return bytes.map((byte) => (PLAIN.test(char(byte)) ? char(byte) : `~${hex(byte)}`)).join("");
}

const PLAIN = /[A-Za-z0-9._-]/;
const char = (byte: number) => String.fromCharCode(byte);
const hex = (byte: number) => byte.toString(16).padStart(2, "0");

function unescaped(text: string): string {
  const bytes = text.match(/~[0-9a-f]{2}|[^~]/g) ?? [];
  return Buffer.from(
    bytes.map((part) => (part.startsWith("~") ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0))),
  ).toString("utf8");
}
