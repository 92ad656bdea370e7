import { createHash } from "node:crypto";

/** Numbers in [0, 1). */
export type Random = () => number;

/** A stream of numbers that depends on `key` alone (mulberry32): the same edit of the same file is the same everywhere. */
export function randomOf(key: string): Random {
  let state = createHash("sha256").update(key).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` of `items` in a random order of their own; all of them when there are fewer. */
export function sample<T>(items: readonly T[], count: number, random: Random): readonly T[] {
  const rest = items.map((item) => ({ item, rank: random() }));
  rest.sort((a, b) => a.rank - b.rank);
  return rest.slice(0, count).map(({ item }) => item);
}

/** One of `items`. */
export function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError("Nothing to pick from.");
  return item;
}
