/** Picture formats opfind reads. */
export const IMAGE_FORMATS = ["jpeg", "png", "webp", "gif", "tiff", "avif"] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** What the first bytes say a file is; "unknown" is binary data of no format known here. */
export type Sniffed = ImageFormat | "svg" | "pdf" | "heic" | "text" | "unknown";

/** Readers look for `%PDF` in the first kilobyte (PDF 1.7 reference, implementation note 13). */
const HEAD_BYTES = 1024;

const HEIC_BRANDS = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]);

/**
 * Tells a file's kind by its content, never by its name. Six signatures and an allow-list are all that is needed
 * before the decoder; a general detector would parse containers of hostile files that are refused anyway.
 */
export function sniff(bytes: Uint8Array): Sniffed {
  const head = latin1(bytes, 0, HEAD_BYTES);
  if (head.startsWith("\xff\xd8\xff")) return "jpeg";
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "webp";
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return "gif";
  if (head.startsWith("II*\0") || head.startsWith("MM\0*")) return "tiff";
  if (head.slice(4, 8) === "ftyp") return isoBrand(head);
  if (head.includes("%PDF-")) return "pdf";
  if (!isText(bytes.subarray(0, HEAD_BYTES))) return "unknown";
  return /<svg[\s>]|<!doctype svg/i.test(head) ? "svg" : "text";
}

/** A HEIF file names its codec among the brands of its first box (ISO/IEC 23008-12, 10.2). */
function isoBrand(head: string): Sniffed {
  const end = Math.min(head.length, boxSize(head, 0));
  const brands = [head.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.slice(at, at + 4));
  if (brands.some((brand) => brand === "avif" || brand === "avis")) return "avif";
  return brands.some((brand) => HEIC_BRANDS.has(brand)) ? "heic" : "unknown";
}

/** UTF-16 with its mark, or bytes without controls that text does not use. */
function isText(head: Uint8Array): boolean {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return true;
  if (head.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d))
    return false;
  // A character may be cut at the end of the head: `stream` forgives exactly that.
  return !new TextDecoder("utf-8", { fatal: false }).decode(head, { stream: true }).includes("\ufffd");
}

/**
 * Does the file stop before its own structure does? Decoders report that in many words, so the containers are asked.
 * Meant for files that failed to decode: some writers leave the last marker out of a complete picture.
 */
export function endsEarly(bytes: Uint8Array, format: ImageFormat): boolean {
  switch (format) {
    case "jpeg":
      return lastIndex(bytes, "\xff\xd9") < lastIndex(bytes, "\xff\xda");
    case "png":
      return lastIndex(bytes, "IEND") < 0;
    case "gif":
      return bytes.at(-1) !== 0x3b;
    case "webp":
      return bytes.length < 8 || new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) + 8 > bytes.length;
    case "tiff":
      return tiffEndsEarly(bytes);
    case "avif":
      return boxesEndEarly(bytes);
  }
}

function tiffEndsEarly(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return true;
  const isLittle = bytes[0] === 0x49;
  const firstDirectory = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, isLittle);
  return firstDirectory + 2 > bytes.length;
}

function boxesEndEarly(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; ) {
    const size = boxSize(latin1(bytes, at, 4), 0);
    if (size < 8) return false; // 0: "to the end of the file"; 1: a 64-bit size, never seen on a picture this small
    at += size;
    if (at > bytes.length) return true;
  }
  return false;
}

function boxSize(text: string, at: number): number {
  let size = 0;
  for (let i = 0; i < 4; i++) size = size * 256 + (text.charCodeAt(at + i) || 0);
  return size;
}

function lastIndex(bytes: Uint8Array, signature: string): number {
  return asBuffer(bytes).lastIndexOf(signature, undefined, "latin1");
}

function latin1(bytes: Uint8Array, from: number, length: number): string {
  return asBuffer(bytes).toString("latin1", from, Math.min(bytes.length, from + length));
}

/** A view, not a copy. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
