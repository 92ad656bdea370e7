import type { AnilistId } from "../domain/anime.ts";
import type { SnapshotRow } from "./snapshot-file.ts";

/** Shared characters and "other" join advertisements and crossovers, not seasons. */
const LOOSE = new Set(["CHARACTER", "OTHER", "ADAPTATION"]);

/**
 * The smallest AniList id of each anime's franchise: everything joined by sequels, side stories, summaries,
 * alternatives and spin-offs. An anime without any relation is its own franchise only when its relations were read;
 * else it is absent.
 */
export function franchiseIds(rows: ReadonlyMap<AnilistId, SnapshotRow>): ReadonlyMap<AnilistId, AnilistId> {
  const franchises = new Map<AnilistId, AnilistId>();
  // Ascending, so that whoever starts a franchise is its smallest id.
  for (const id of [...rows.keys()].sort((a, b) => a - b)) {
    const isKnown = rows.get(id)?.related === true || tightRelations(rows, id).length > 0;
    if (isKnown && !franchises.has(id)) collect(rows, franchises, id);
  }
  return franchises;
}

function collect(rows: ReadonlyMap<AnilistId, SnapshotRow>, into: Map<AnilistId, AnilistId>, first: AnilistId): void {
  const queue = [first];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (into.has(id)) continue;
    into.set(id, first);
    queue.push(...tightRelations(rows, id));
  }
}

function tightRelations(rows: ReadonlyMap<AnilistId, SnapshotRow>, id: AnilistId): readonly AnilistId[] {
  const relations = rows.get(id)?.relations ?? [];
  return relations.filter(([kind, to]) => !LOOSE.has(kind) && rows.has(to)).map(([, to]) => to);
}
