import { type Base, endOf, type History, type LogPart } from "./archive.ts";

/** A moment to go back to: a time in milliseconds since the epoch, or the number of a change. */
export type Moment =
  | { readonly kind: "time"; readonly at: number }
  | { readonly kind: "position"; readonly position: number };

/** From which base, over which parts of the log, a moment is reached. */
export interface Way {
  readonly base: Base;
  readonly parts: readonly LogPart[];
}

/** An unbroken stretch of moments of a history. */
export interface Stretch {
  readonly from: { readonly at: number; readonly position: number };
  readonly to: { readonly at: number; readonly position: number };
}

/** The youngest history that had begun at a moment. */
export function historyOf(histories: readonly History[], moment: Moment): History | undefined {
  return histories.findLast(({ bases }) => bases.some((base) => isBefore(base, moment)));
}

/** Every way to a moment, the shortest first: a damaged base leaves the one before it. */
export function waysTo({ bases, parts }: History, moment: Moment): readonly Way[] {
  const usable = bases.filter((base) => isBefore(base, moment)).reverse();
  return usable.map((base) => ({ base, parts: parts.filter(({ last }) => last > base.position) }));
}

/** What can be reached when these pieces are lost. */
export function stretches({ bases, parts }: History, isLost: (name: string) => boolean): readonly Stretch[] {
  const sound = bases.filter(({ name }) => !isLost(name));
  const found = sound.map((base) => {
    let to = { at: base.at, position: base.position };
    for (const part of parts) {
      if (part.last <= base.position) continue;
      if (part.first > to.position + 1 || isLost(part.name)) break;
      to = { at: Math.max(part.at, base.at), position: part.last };
    }
    return { from: { at: base.at, position: base.position }, to };
  });
  return found.reduce<readonly Stretch[]>(joined, []);
}

/** True when everything that the history ever held can be reached. */
export function isWhole(history: History, reached: readonly Stretch[]): boolean {
  return (
    reached.length === 1 && reached[0]?.to.position === Math.max(endOf(history), history.bases.at(-1)?.position ?? 0)
  );
}

function joined(before: readonly Stretch[], next: Stretch): readonly Stretch[] {
  const last = before.at(-1);
  if (!last || last.to.position < next.from.position) return [...before, next];
  const to = next.to.position > last.to.position ? next.to : { ...last.to, at: Math.max(last.to.at, next.to.at) };
  return [...before.slice(0, -1), { from: last.from, to }];
}

function isBefore({ at, position }: Base, moment: Moment): boolean {
  return moment.kind === "time" ? at <= moment.at : position <= moment.position;
}
