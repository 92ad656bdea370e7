import { endianness } from "node:os";
import type { AnilistId, Anime } from "../domain/anime.ts";
import type { Poster } from "../domain/poster.ts";
import type { Embedding } from "../pipeline/ports.ts";
import type { PosterRow } from "./poster-statements.ts";

/** A poster with everything stored about its anime. */
export interface PosterRecord {
  readonly poster: Poster;
  readonly anime: Pick<Anime, "anilistId" | "malId" | "title">;
  readonly franchiseId: AnilistId | null;
}

export function toPoster({ posterId, anilistId, romaji, sha256, file, source, addedAt, addedBy }: PosterRow): Poster {
  return { posterId, anilistId, title: romaji, sha256, file, source, addedAt, addedBy };
}

export function toRecord(row: PosterRow): PosterRecord {
  const { anilistId, malId, romaji, english, native, franchiseId } = row;
  return { poster: toPoster(row), anime: { anilistId, malId, title: { romaji, english, native } }, franchiseId };
}

/** All rows of a query that returns one page after an id, in the order of the ids. */
export function* paged<Row>(
  page: (after: number) => readonly Row[],
  idOf: (row: Row) => number,
  after = 0,
): Generator<Row, void> {
  for (let last = after; ; ) {
    const rows = page(last);
    yield* rows;
    const end = rows.at(-1);
    if (!end) return;
    last = idOf(end);
  }
}

/** Stored vectors are little-endian float32, which is how every platform Node.js supports well keeps them in memory. */
export function toEmbedding(vector: Buffer): Embedding {
  requireLittleEndian();
  // Copied: a buffer of SQLite's may start at an address that a Float32Array cannot.
  return new Float32Array(vector.buffer.slice(vector.byteOffset, vector.byteOffset + vector.byteLength));
}

export function toVector({ buffer, byteOffset, byteLength }: Embedding): Buffer {
  requireLittleEndian();
  return Buffer.from(buffer, byteOffset, byteLength);
}

function requireLittleEndian(): void {
  if (endianness() !== "LE") throw new RangeError("stored embeddings are little-endian; this machine is not");
}
