import type { Nearest } from "./nearest.ts";

/** Codes that are compared with a query. */
interface CodeRows {
  /** int8 `[rows, dimension]`, from the start of its buffer: usearch 2.25 takes no notice of where a view begins */
  readonly codes: Int8Array;
  /** of each code, `[rows]` */
  readonly lengths: Float32Array;
  /** number of the first row */
  readonly first: number;
}

export interface CodeQuery {
  /** int8 `[dimension]`, from the start of its buffer */
  readonly code: Int8Array;
  readonly length: number;
  readonly nearest: Nearest;
}

/** Compares codes by cosine, one after the other. */
export interface CodeScan {
  readonly name: "usearch" | "typescript";
  /** multiply-adds between two turns of the main loop: 3–5 ms on a slow core */
  readonly macsPerTurn: number;
  /** Offers the rows to the query's nearest. Blocks. */
  scan(rows: CodeRows, query: CodeQuery): void;
}

/** With the machine's vector instructions where usearch has a compiled part for it, else in TypeScript. */
export async function openCodeScan(): Promise<CodeScan> {
  try {
    return scanWith(await import("usearch"));
  } catch {
    return PLAIN_SCAN;
  }
}

/** https://unum-cloud.github.io/USearch/javascript: `distances` are 1 - cosine, best first, `keys` places of rows. */
function scanWith({ exactSearch, MetricKind }: typeof import("usearch")): CodeScan {
  return {
    name: "usearch",
    macsPerTurn: 25_000_000,
    scan({ codes, first }, { code, nearest }) {
      const depth = Math.min(codes.length / code.length, nearest.limit);
      const { keys, distances } = exactSearch(codes, code, code.length, depth, MetricKind.Cos, 1);
      for (const [at, distance] of distances.entries()) {
        if (1 - distance <= nearest.worst) break;
        nearest.offer(first + Number(keys[at]), 1 - distance);
      }
    },
  };
}

/** Ten times slower. */
export const PLAIN_SCAN: CodeScan = {
  name: "typescript",
  macsPerTurn: 2_500_000,
  scan({ codes, lengths, first }, { code, length, nearest }) {
    const query = Int32Array.from(code); // needs no widening
    let worst = nearest.worst;
    for (let row = 0, at = 0; at < codes.length; row++, at += query.length) {
      const score = product(codes, at, query) / ((lengths[row] || 1) * (length || 1));
      if (score <= worst) continue;
      nearest.offer(first + row, score);
      worst = nearest.worst;
    }
  },
};

/** Four sums side by side: the processor need not wait for one addition before it starts the next. */
function product(codes: Int8Array, at: number, query: Int32Array): number {
  const whole = query.length - (query.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a = (a + Math.imul(codes[at + i] ?? 0, query[i] ?? 0)) | 0;
    b = (b + Math.imul(codes[at + i + 1] ?? 0, query[i + 1] ?? 0)) | 0;
    c = (c + Math.imul(codes[at + i + 2] ?? 0, query[i + 2] ?? 0)) | 0;
    d = (d + Math.imul(codes[at + i + 3] ?? 0, query[i + 3] ?? 0)) | 0;
  }
  for (let i = whole; i < query.length; i++) a = (a + Math.imul(codes[at + i] ?? 0, query[i] ?? 0)) | 0;
  return a + b + c + d;
}
