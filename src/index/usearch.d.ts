/** What the exact index uses of usearch (2.25): the package is optional, and opfind compiles where its own types are absent. */
declare module "usearch" {
  export const MetricKind: { readonly Cos: "cos" };
  /** Compares every row of `dataset` with every query; blocks. Both are int8, one vector after the other. */
  export function exactSearch(
    dataset: Int8Array,
    queries: Int8Array,
    dimensions: number,
    count: number,
    metric: "cos",
    threads: number,
  ): { readonly keys: BigUint64Array; readonly distances: Float32Array };
}
