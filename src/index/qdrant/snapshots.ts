import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { OpfindError } from "../../errors.ts";
import type { QdrantConnection } from "./connection.ts";

const SNAPSHOT = z.object({
  /** becomes a file name here */
  name: z.string().regex(/^[\w.-]+\.snapshot$/),
  creation_time: z.string().nullish(),
  size: z.int().nonnegative(),
  /** lower-case hex; servers before 1.8 tell none */
  checksum: z.string().nullish(),
});
export type QdrantSnapshot = z.infer<typeof SNAPSHOT>;

/** Snapshots of one collection: files on the server that hold all of its points. */
export class QdrantSnapshots {
  readonly #connection: QdrantConnection;
  readonly #collection: string;

  /** @param collection the name of a version, not the alias */
  constructor(connection: QdrantConnection, collection: string) {
    this.#connection = connection;
    this.#collection = collection;
  }

  /** Makes one. On a cluster it holds the shards of the node that is asked. @throws like `QdrantConnection.ask` */
  async create(signal: AbortSignal): Promise<QdrantSnapshot> {
    const collection_name = this.#collection;
    return await this.#connection.ask(
      { shape: SNAPSHOT, send: (api, init) => api.createSnapshot({ collection_name, wait: true }, init) },
      signal,
    );
  }

  async list(signal: AbortSignal): Promise<readonly QdrantSnapshot[]> {
    const collection_name = this.#collection;
    return await this.#connection.ask(
      { shape: z.array(SNAPSHOT), send: (api, init) => api.listSnapshots({ collection_name }, init) },
      signal,
    );
  }

  /**
   * Writes one to a folder, beside and renamed: the name never stands for half a file.
   * @returns its path @throws OpfindError index-other-shape when the bytes are not those the server promised
   */
  async download({ name, size, checksum }: QdrantSnapshot, folder: string, signal: AbortSignal): Promise<string> {
    const path = `/collections/${encodeURIComponent(this.#collection)}/snapshots/${encodeURIComponent(name)}`;
    const [file, part] = [join(folder, name), join(folder, `${name}.part`)];
    await mkdir(folder, { recursive: true });
    const hash = createHash("sha256");
    let bytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _, done) {
        hash.update(chunk);
        bytes += chunk.length;
        done(null, chunk);
      },
    });
    try {
      await pipeline(await this.#connection.download(path, signal), measure, createWriteStream(part), { signal });
      if (bytes !== size || (checksum && hash.digest("hex") !== checksum)) {
        throw new OpfindError("index-other-shape", `The snapshot ${name} came damaged: ${bytes} of ${size} bytes.`);
      }
      await rename(part, file);
      return file;
    } finally {
      await rm(part, { force: true });
    }
  }
}
