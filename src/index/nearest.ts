/** The `k` best rows seen so far, best first. Most rows fail one comparison with the worst of them. */
export class Nearest {
  readonly limit: number;
  readonly #scores: Float32Array;
  readonly #rows: Uint32Array;
  #size = 0;

  constructor(k: number) {
    this.limit = k;
    this.#scores = new Float32Array(k).fill(-Infinity);
    this.#rows = new Uint32Array(k);
  }

  /** Only a higher score is worth offering. `-Infinity` until `k` rows are held. */
  get worst(): number {
    return this.#scores.at(-1) ?? Infinity;
  }

  /** Equal scores keep the order in which they were offered. */
  offer(row: number, score: number): void {
    let at = Math.min(this.#size, this.#scores.length - 1);
    while (at > 0 && (this.#scores[at - 1] ?? 0) < score) {
      this.#scores[at] = this.#scores[at - 1] ?? 0;
      this.#rows[at] = this.#rows[at - 1] ?? 0;
      at--;
    }
    this.#scores[at] = score;
    this.#rows[at] = row;
    this.#size = Math.min(this.#size + 1, this.#scores.length);
  }

  results(): readonly { readonly row: number; readonly score: number }[] {
    return Array.from({ length: this.#size }, (_, i) => ({ row: this.#rows[i] ?? 0, score: this.#scores[i] ?? 0 }));
  }
}
