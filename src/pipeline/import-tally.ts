type Tell = (done: number, total: number, note: string) => void;

/** What became of everything that was to be learnt. */
export interface Tallied<Failed, Open> {
  readonly added: number;
  readonly duplicates: number;
  readonly failed: readonly Failed[];
  /** what only a person can tell */
  readonly unresolved: readonly Open[];
}

/** Counts what became of every item; each ends in exactly one of the four places. */
export class Tally<Failed, Open> {
  readonly #total: number;
  readonly #tell: Tell;
  #added = 0;
  #duplicates = 0;
  readonly #failed: Failed[] = [];
  readonly #unresolved: Open[] = [];

  constructor(total: number, tell: Tell) {
    this.#total = total;
    this.#tell = tell;
  }

  add(note: string): null {
    this.#added++;
    return this.#next(note);
  }

  repeat(note: string): null {
    this.#duplicates++;
    return this.#next(note);
  }

  fail(note: string, failed: Failed): null {
    this.#failed.push(failed);
    return this.#next(note);
  }

  ask(note: string, open: Open): null {
    this.#unresolved.push(open);
    return this.#next(note);
  }

  summary(): Tallied<Failed, Open> {
    const [failed, unresolved] = [[...this.#failed], [...this.#unresolved]];
    return { added: this.#added, duplicates: this.#duplicates, failed, unresolved };
  }

  #next(note: string): null {
    const done = this.#added + this.#duplicates + this.#failed.length + this.#unresolved.length;
    this.#tell(done, this.#total, note);
    return null;
  }
}
