import type { Clock, NewPoster } from "../pipeline/ports.ts";
import type { PosterFiles } from "./poster-files.ts";
import type { PosterStatements } from "./poster-statements.ts";

/** Younger files without a row may belong to an import that another process is running. */
const ORPHAN_AGE_MS = 60 * 60_000;

interface ImagesDeps {
  readonly clock: Clock;
  /** runs work in a write transaction: between looking at rows and deleting a file nobody may add a row */
  readonly locked: (work: () => void) => void;
}

/** Keeps image files and poster rows in step: a file may lack its row for a while, a row never lacks its file. */
export class PosterImages {
  readonly #files: PosterFiles;
  readonly #sql: PosterStatements;
  readonly #deps: ImagesDeps;
  #isSwept = false;

  constructor(files: PosterFiles, sql: PosterStatements, deps: ImagesDeps) {
    this.#files = files;
    this.#sql = sql;
    this.#deps = deps;
  }

  has(file: string): boolean {
    return this.#files.has(file);
  }

  read(file: string): Promise<Uint8Array> {
    return this.#files.read(file);
  }

  /** Writes the image unless the same bytes are there, for another anime or from a killed import. */
  async keep({ image, sha256 }: NewPoster): Promise<string | null> {
    if (!image) return null;
    const file = this.#sql.fileOf.get(sha256) ?? this.#files.nameOf(sha256, image.extension);
    if (!this.#files.has(file)) await this.#files.write(file, image.bytes);
    return file;
  }

  /** Before the first write of a process: what a kill left behind goes. Readers do not pay for it. */
  async sweepOnce(): Promise<void> {
    if (this.#isSwept) return;
    this.#isSwept = true;
    const orphans = (await this.#files.list()).filter((file) => this.#isUnused(file));
    const before = this.#deps.clock.now() - ORPHAN_AGE_MS;
    this.removeUnused(orphans.filter((file) => this.#files.isOlder(file, before)));
  }

  removeUnused(files: readonly string[]): void {
    if (files.length === 0) return;
    this.#deps.locked(() => {
      // A backup to come has to be able to go back to before a removal: it copies the image and removes it then.
      if (this.#sql.isHeld.get() === 1) return;
      for (const file of files) if (this.#isUnused(file)) this.#files.removeIfPresent(file);
    });
  }

  /** @param file `<2 hex>/<sha256>.<extension>` */
  #isUnused(file: string): boolean {
    return this.#sql.usesOf.get(file.slice(3, 67), file) === 0;
  }
}
