import { createHash } from "node:crypto";
import { join } from "node:path";
import { OpfindError } from "../../errors.ts";
import { PosterFiles } from "../poster-files.ts";
import { stopIfAborted } from "../rows.ts";

interface Copying {
  readonly from: string;
  readonly to: string;
  /** `<2 hex>/<sha256>.<extension>` */
  readonly names: readonly string[];
  readonly onImage: (done: number, total: number) => void;
}

export interface Copied {
  readonly copied: number;
  /** names of images that are missing where they come from, or are not what their name says */
  readonly unreadable: readonly string[];
}

/**
 * Copies images that are not there yet, each checked against its name and forced to the disk. Not linked: a link would
 * share the fate of what it shall replace.
 * @throws disk failures as Node.js tells them | OpfindError aborted
 */
export async function copyImages({ from, to, names, onImage }: Copying, signal: AbortSignal): Promise<Copied> {
  const [source, target] = [new PosterFiles(from), new PosterFiles(to)];
  const unreadable: string[] = [];
  let copied = 0;
  for (const [at, name] of names.entries()) {
    stopIfAborted(signal);
    if (!target.has(name)) {
      const bytes = await soundImage(source, name);
      if (bytes === null) unreadable.push(name);
      else {
        await target.write(name, bytes);
        copied++;
      }
    }
    onImage(at + 1, names.length);
  }
  return { copied, unreadable };
}

/** @returns null for an image that is missing or is not what its name says */
export async function soundImage(files: PosterFiles, name: string): Promise<Uint8Array | null> {
  try {
    const bytes = await files.read(name);
    return createHash("sha256").update(bytes).digest("hex") === sha256Of(name) ? bytes : null;
  } catch (error) {
    if (error instanceof OpfindError && error.code === "file-missing") return null;
    throw error;
  }
}

function sha256Of(image: string): string {
  return image.slice(3, 67);
}

export function posterImages(dataDir: string): string {
  return join(dataDir, "poster_db");
}
