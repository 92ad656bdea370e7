import { z } from "zod";

/** What parent and child say to each other. Vectors are `[rows, dimension]`, float32, row by row. */
const vectors = z.instanceof(Float32Array);
const FAISS_KIND = z.enum(["faiss-flat", "faiss-hnsw"]);
export type FaissKind = z.infer<typeof FAISS_KIND>;

const FAISS_REQUEST = z.discriminatedUnion("op", [
  z.object({ op: z.literal("create"), kind: FAISS_KIND, dimension: z.int() }),
  z.object({ op: z.literal("read"), file: z.string() }),
  z.object({ op: z.literal("add"), vectors }),
  z.object({ op: z.literal("search"), queries: vectors, k: z.int() }),
  z.object({ op: z.literal("write"), file: z.string() }),
]);
export type FaissRequest = z.infer<typeof FAISS_REQUEST>;

export const FAISS_CALL = z.object({ id: z.int(), request: FAISS_REQUEST });

/** `labels[query * k + i]` is the row number of the i-th neighbour, -1 where there is none. */
export const FAISS_REPLY = z.object({
  id: z.int(),
  /** why it failed; null when it did not */
  problem: z.string().nullable(),
  rows: z.int(),
  dimension: z.int(),
  labels: z.instanceof(Int32Array),
  scores: vectors,
});
export type FaissReply = z.infer<typeof FAISS_REPLY>;
