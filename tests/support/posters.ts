import { createHash } from "node:crypto";
import type { Clock, Embedding, IndexedPoster, NewPoster } from "../../src/pipeline/ports.ts";

/** A clock that stands still at an hour of a test's choice. */
export function stillClock(now = Date.parse("2026-01-02T03:04:05.000Z")): Clock {
  return { now: () => now, elapsedMs: () => 0 };
}

/** The same unit vector for the same seed; vectors of different seeds are nearly orthogonal in many dimensions. */
export function embeddingOf(seed: number, dimension = 16): Embedding {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  const next = () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0;
    return (state / 2 ** 32 - 0.5) * 2;
  };
  const raw = Float32Array.from({ length: dimension }, next);
  const norm = Math.hypot(...raw);
  return raw.map((value) => value / norm);
}

export function rowsOf(count: number, dimension = 16): readonly IndexedPoster[] {
  return Array.from({ length: count }, (_, i) => ({
    embeddingId: i + 1,
    posterId: Math.floor(i / 2) + 1,
    view: i % 2 === 0 ? "full" : "centre",
    embedding: embeddingOf(i + 1, dimension),
  }));
}

/** Everything that a stream gives. */
export async function all<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A poster whose image bytes, id, title and two embeddings follow from one number. */
export function posterOf(number: number, changes: Partial<NewPoster> = {}): NewPoster {
  const bytes = new TextEncoder().encode(`picture ${number}`);
  return {
    anime: {
      anilistId: number,
      malId: number + 1000,
      title: { romaji: `Title ${number}`, english: null, native: `題${number}` },
    },
    franchiseId: null,
    image: { bytes, extension: "jpg" },
    sha256: sha256(bytes),
    source: "import",
    addedBy: null,
    modelId: "model-a",
    embeddings: [
      { view: "full", embedding: embeddingOf(number * 2) },
      { view: "centre", embedding: embeddingOf(number * 2 + 1) },
    ],
    ...changes,
  };
}
