import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { OpfindError } from "../errors.ts";
import type { Wish } from "../pipeline/add-covers.ts";

/** An AniList id or a title, as a person writes it. @returns null for nothing */
export function toWish(written: string): Wish | null {
  const wish = written.trim();
  if (wish === "") return null;
  // A title of digits only is written in quotes: "86".
  return /^\d{1,9}$/.test(wish) ? Number(wish) : wish;
}

/**
 * One id or title per line. A line that starts with # is a comment, and so is what follows the # behind an id.
 * @param file a path, or - for stdin
 * @throws OpfindError file-missing
 */
export async function readWishList(file: string, stdin: Readable): Promise<readonly Wish[]> {
  const content = file === "-" ? await text(stdin) : await readText(file);
  const lines = content.replace(/^\uFEFF/, "").split(/\r?\n/);
  return lines.flatMap((line) => {
    if (line.trimStart().startsWith("#")) return [];
    return toWish(line.replace(/^(\s*\d+)\s+#.*$/, "$1")) ?? [];
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new OpfindError("file-missing", `The list ${file} cannot be read.`, { cause });
  }
}
