import { OpfindError } from "../../errors.ts";
import type { Operation } from "./batches.ts";
import type { PointRecord, QdrantPoints } from "./points.ts";

/** Posters carried over in one go. */
const CHUNK = 64;
/** A gallery that changes while it is copied needs a second look, and a third; more means that something is wrong. */
const MAX_PASSES = 8;

/** Where a copy stands: poster id → the revision that was copied. */
export type Revisions = Map<number, string>;

interface Copy {
  readonly source: QdrantPoints;
  readonly target: QdrantPoints;
  /** how many of how many posters are carried over */
  readonly onPosters?: (done: number, total: number) => void;
}

/**
 * Makes a collection that nobody uses yet equal to another one, also while posters come and go there. What it has
 * already stays, so a copy that was stopped goes on.
 * @returns the revisions copied, for `settle` @throws like `QdrantConnection.ask`
 */
export async function bringUp(copy: Copy, signal: AbortSignal): Promise<Revisions> {
  const copied = await revisionsOf(copy.target, signal);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const changes = await changesSince(copied, copy.source, signal);
    if (changes.changed.length + changes.gone.length === 0) return copied;
    await carry(changes, { ...copy, copied, guard: () => ({}) }, signal);
    if (changes.gone.length > 0) await copy.target.write([{ delete: { points: [...changes.gone] } }], signal);
    for (const id of changes.gone) copied.delete(id);
  }
  throw new OpfindError("index-busy", `${copy.source.name} changes faster than it can be copied.`);
}

/**
 * Carries over what was written to the former collection between the last look and the switch. By now others write to
 * the new one: what they changed there since stays as they left it.
 */
export async function settle(copy: Copy, copied: Revisions, signal: AbortSignal): Promise<void> {
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const changes = await changesSince(copied, copy.source, signal);
    if (changes.changed.length + changes.gone.length === 0) return;
    const untouched = (id: number) => ({ key: "rev", match: { value: copied.get(id) ?? "" } });
    const removals = changes.gone.map((id) => ({ delete: { filter: { must: [{ has_id: [id] }, untouched(id)] } } }));
    await copy.target.write(removals, signal);
    const guard = (id: number) =>
      copied.has(id)
        ? ({ update_mode: "update_only", update_filter: { must: [untouched(id)] } } as const)
        : { update_filter: { must: [{ is_empty: { key: "sha256" } }] } };
    await carry(changes, { ...copy, copied, guard }, signal);
    for (const id of changes.gone) copied.delete(id);
  }
}

interface Changes {
  readonly changed: readonly number[];
  readonly gone: readonly number[];
  readonly total: number;
}

async function changesSince(copied: Revisions, source: QdrantPoints, signal: AbortSignal): Promise<Changes> {
  const present = await revisionsOf(source, signal);
  const changed = [...present].flatMap(([id, rev]) => (copied.get(id) === rev ? [] : [id]));
  const gone = [...copied.keys()].filter((id) => !present.has(id));
  return { changed, gone, total: present.size };
}

/** Points without a revision are no posters and are left behind. */
async function revisionsOf(points: QdrantPoints, signal: AbortSignal): Promise<Revisions> {
  const revisions: Revisions = new Map();
  for await (const { id, payload } of points.stream({ payload: ["rev"] }, signal)) {
    const rev = payload?.["rev"];
    if (typeof rev === "string") revisions.set(id, rev);
  }
  return revisions;
}

type Guard = Pick<Extract<Operation, { upsert: unknown }>["upsert"], "update_filter" | "update_mode">;

interface Carrying extends Copy {
  readonly copied: Revisions;
  /** under which condition the target takes a point */
  readonly guard: (id: number) => Guard;
}

async function carry({ changed, total }: Changes, carrying: Carrying, signal: AbortSignal): Promise<void> {
  const { source, target, copied, guard, onPosters = () => {} } = carrying;
  for (let from = 0; from < changed.length; from += CHUNK) {
    const ids = changed.slice(from, from + CHUNK);
    const records = await source.read(ids, { payload: true, vectors: true }, signal);
    await target.write(
      records.map((record) => upsertOf(record, guard(record.id))),
      signal,
    );
    for (const { id, payload } of records) copied.set(id, String(payload?.["rev"]));
    onPosters(total - changed.length + from + ids.length, total);
  }
}

function upsertOf({ id, vector, payload }: PointRecord, guard: Guard): Operation {
  return { upsert: { points: [{ id, vector: vector ?? {}, payload: payload ?? {} }], ...guard } };
}
