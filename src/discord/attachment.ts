import { extname } from "node:path";
import { MAX_IMAGE_BYTES, tooManyBytes } from "../pipeline/image-limits.ts";

/** What Discord says about a file of a message. Only its bytes tell whether that is true. */
export interface AttachmentFacts {
  readonly url: string;
  readonly name: string;
  /** bytes */
  readonly size: number;
  readonly contentType: string | null;
}

export type Download = (url: string, signal: AbortSignal) => Promise<Uint8Array>;

/** Discord lets a message carry ten files. */
const MOST_PICTURES = 10;
const PICTURE_ENDINGS: ReadonlySet<string> = new Set(
  ["png", "jpg", "jpeg", "webp", "gif", "avif", "tif", "tiff", "bmp", "heic", "heif", "svg"].map((name) => `.${name}`),
);

/** The files that call themselves pictures: by their type, and by their name where Discord gave them none. */
export function picturesAmong<Facts extends AttachmentFacts>(attachments: Iterable<Facts>): readonly Facts[] {
  return [...attachments].filter(isPicture).slice(0, MOST_PICTURES);
}

function isPicture({ contentType, name }: AttachmentFacts): boolean {
  if (contentType) return contentType.startsWith("image/");
  return PICTURE_ENDINGS.has(extname(name).toLowerCase());
}

/** Downloads a picture; one that says itself that it is too large is not asked for. */
export async function fetchAttachment(
  { url, size }: AttachmentFacts,
  download: Download,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (size > MAX_IMAGE_BYTES) throw tooManyBytes(size);
  return await download(url, signal);
}
