import { OpfindError } from "../errors.ts";

/** Who asks, and how patient they are. */
export interface Turn {
  /** a person, a server, an API key: nobody's second question goes before another's first */
  readonly lane: string;
  /** told when it has to wait and each time that the place changes; 1 is next */
  readonly onPlace?: (place: number) => void;
}

interface Place<Wish> {
  readonly wish: Wish;
  readonly onPlace: ((place: number) => void) | undefined;
  readonly priority: number;
}

/** Where somebody stands. */
export interface Standing {
  /** falls with every piece that the lane has waiting: its n-th goes behind everyone's (n-1)-th */
  readonly priority: number;
  /** Tells everybody from here on their places. */
  tell(): void;
  /** @returns true the first time */
  leave(): boolean;
}

/** Whoever waits, in the order of their turns. */
export class FairLine<Wish> {
  readonly #places: Place<Wish>[] = [];
  readonly #lanes = new Map<string, number>();

  get length(): number {
    return this.#places.length;
  }

  /** what the next one wants */
  get first(): Wish | undefined {
    return this.#places[0]?.wish;
  }

  /** how many of one lane wait */
  waitingIn(lane: string): number {
    return this.#lanes.get(lane) ?? 0;
  }

  enter({ lane, onPlace }: Turn, wish: Wish): Standing {
    const place: Place<Wish> = { wish, onPlace, priority: -this.waitingIn(lane) };
    const behind = this.#places.findLastIndex(({ priority }) => priority >= place.priority);
    this.#places.splice(behind + 1, 0, place);
    this.#lanes.set(lane, this.waitingIn(lane) + 1);
    return {
      priority: place.priority,
      tell: () => this.#tellFrom(this.#places.indexOf(place)),
      leave: () => this.#leave(place, lane),
    };
  }

  #leave(place: Place<Wish>, lane: string): boolean {
    const at = this.#places.indexOf(place);
    if (at === -1) return false;
    this.#places.splice(at, 1);
    const left = this.waitingIn(lane) - 1;
    if (left === 0) this.#lanes.delete(lane);
    else this.#lanes.set(lane, left);
    this.#tellFrom(at);
    return true;
  }

  /** Only from there on places have changed; -1 is the place of a piece that began at once. */
  #tellFrom(from: number): void {
    if (from === -1) return;
    for (const [at, { onPlace }] of this.#places.slice(from).entries()) onPlace?.(from + at + 1);
  }
}

export function lineFull(why: string, details: { readonly waiting: number; readonly reason: string }): OpfindError {
  return new OpfindError("queue-full", `There is no room for another picture now: ${why}`, { details });
}

export function waitedTooLong(patienceMs: number): OpfindError {
  const seconds = Math.round(patienceMs / 1000);
  return new OpfindError("queue-late", `The picture waited for more than ${seconds} s, so it was put back.`);
}
