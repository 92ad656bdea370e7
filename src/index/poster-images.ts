import type { Clock, NewPoster } from "../pipeline/ports.ts";
import type { PosterFiles } from "./poster-files.ts";
import type { PosterStatements } from "./poster-statements.ts";

/** Younger files without a row may belong to an import that another process is running. */
const ORPHAN_AGE_MS = 60 * 60_000;

/** A sweep of another process can take an image away once between writing it and its row; twice is no accident. */
const IMAGE_TRIES = 3;

interface ImagesDeps {
  readonly clock: Clock;
  /** runs work in a write transaction: between looking at rows and deleting a file nobody may add a row */
  readonly locked: <Result>(work: () => Result) => Result;
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

  read(file: string): Promise<Uint8Array> {
    return this.#files.read(file);
  }

  /**
   * Writes the images and runs `work` in a transaction that finds them all there.
   * @param work writes rows; gets the files of the posters in their order, null for one without an image
   */
  async kept<Result>(posters: readonly NewPoster[], work: (files: readonly (string | null)[]) => Result) {
    await this.#sweepOnce();
    for (let left = IMAGE_TRIES; left > 0; left--) {
      const files = await Promise.all(posters.map((poster) => this.#keep(poster)));
      // Sweeps hold the same lock: an image that is there now stays.
      const isThere = () => files.every((file) => file === null || this.#files.has(file));
      const done = this.#deps.locked(() => (isThere() ? { result: work(files) } : null));
      if (done) return done.result;
    }
    throw new RangeError(`images vanish as soon as they are written: ${posters.map(({ sha256 }) => sha256).join()}`);
  }

  removeUnused(files: readonly string[]): void {
    if (files.length === 0 || this.#files.isShared) return;
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

  /** Writes the image unless the same bytes are there, for another anime or from a killed import. */
  async #keep({ image, sha256 }: NewPoster): Promise<string | null> {
    if (!image) return null;
    const file = this.#sql.fileOf.get(sha256) ?? this.#files.nameOf(sha256, image.extension);
    if (!this.#files.has(file)) await this.#files.write(file, image.bytes);
    return file;
  }

  /** Before the first write of a process: what a kill left behind goes. Readers do not pay for it. */
  async #sweepOnce(): Promise<void> {
    if (this.#isSwept) return;
    this.#isSwept = true;
    const orphans = (await this.#files.list()).filter((file) => this.#isUnused(file));
    const before = this.#deps.clock.now() - ORPHAN_AGE_MS;
    this.removeUnused(orphans.filter((file) => this.#files.isOlder(file, before)));
  }
}
