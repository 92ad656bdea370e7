import { existsSync, statSync, unlinkSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OpfindError } from "../errors.ts";

/** How the name of an image ends while it is being written. */
export const UNFINISHED = ".part";

/** The images of the posters: `poster_db/<first two hex digits>/<sha256>.<extension>`. Names are given relative to it. */
export class PosterFiles {
  readonly #folder: string;
  readonly isShared: boolean;

  /** @param isShared another store has pictures there as well: what one of them does not use the other may */
  constructor(folder: string, isShared = false) {
    this.#folder = folder;
    this.isShared = isShared;
  }

  nameOf(sha256: string, extension: string): string {
    const suffix = extension.toLowerCase().replace(/^\./, "");
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`not a sha256: ${sha256}`);
    if (!/^[a-z0-9]{1,8}$/.test(suffix)) throw new RangeError(`not a file extension: ${extension}`);
    return `${sha256.slice(0, 2)}/${sha256}.${suffix}`;
  }

  has(name: string): boolean {
    return existsSync(join(this.#folder, name));
  }

  /** Writes beside and renames, both forced to the disk: the name never stands for half an image. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const target = join(this.#folder, name);
    const part = `${target}.${process.pid}-${crypto.randomUUID()}${UNFINISHED}`;
    const isNew = (await mkdir(dirname(target), { recursive: true })) !== undefined;
    if (isNew) await syncFolder(this.#folder);
    try {
      await writeDurably(part, bytes);
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    await syncFolder(dirname(target));
  }

  /** @throws OpfindError file-missing */
  async read(name: string): Promise<Uint8Array> {
    const file = join(this.#folder, name);
    try {
      return await readFile(file);
    } catch (cause) {
      throw new OpfindError("file-missing", `The stored image ${file} cannot be read.`, { cause });
    }
  }

  removeIfPresent(name: string): void {
    const file = join(this.#folder, name);
    if (existsSync(file)) unlinkSync(file);
  }

  /** Every image and every unfinished write. */
  async list(): Promise<readonly string[]> {
    const names: string[] = [];
    for (const entry of await readdir(this.#folder, { withFileTypes: true })) {
      if (!entry.isDirectory() || !/^[0-9a-f]{2}$/.test(entry.name)) continue;
      const files = await readdir(join(this.#folder, entry.name));
      names.push(...files.filter((file) => OURS.test(file)).map((file) => `${entry.name}/${file}`));
    }
    return names;
  }

  /** @param before milliseconds since the epoch */
  isOlder(name: string, before: number): boolean {
    const stats = statSync(join(this.#folder, name), { throwIfNoEntry: false });
    return stats !== undefined && stats.mtimeMs < before;
  }
}

/** What a person put there under another name is left alone. */
const OURS = /^[0-9a-f]{64}\./;

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "wx");
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename is durable only once its folder is. Windows cannot open folders and needs no such step. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
