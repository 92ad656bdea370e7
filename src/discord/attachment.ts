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

interface Carrying<Facts> {
  readonly attachments: ReadonlyMap<string, Facts>;
}

/** The files of a message that call themselves pictures, also those of a message that it forwards. */
export function picturesIn<Facts extends AttachmentFacts>({
  attachments,
  messageSnapshots,
}: Carrying<Facts> & { readonly messageSnapshots: ReadonlyMap<string, Carrying<Facts>> }): readonly Facts[] {
  const forwarded = [...messageSnapshots.values()].flatMap((message) => [...message.attachments.values()]);
  return [...attachments.values(), ...forwarded].filter(isPicture).slice(0, MOST_PICTURES);
}

/** By their type, and by their name where Discord gave them none. */
function isPicture({ contentType, name }: AttachmentFacts): boolean {
  if (contentType) return contentType.startsWith("image/");
  return PICTURE_ENDINGS.has(extname(name).toLowerCase());
}

/** What of it comes into memory. */
export function bytesToFetch({ size }: Pick<AttachmentFacts, "size">): number {
  return size > MAX_IMAGE_BYTES ? 0 : size;
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
