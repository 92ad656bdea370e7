import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import type { Index } from "faiss-node";
import { FAISS_CALL, type FaissKind, type FaissReply, type FaissRequest } from "./faiss-messages.ts";
import { setSearchWidth } from "./hnsw-header.ts";

// The process that FAISS lives in: every call of it blocks, some leak, and some mistakes end the process.

/** OpenMP reads this when FAISS is loaded. With two threads and anything else running, 0.2 ms become 4–15. */
Object.assign(env, { OMP_NUM_THREADS: "1" });
const { default: faiss } = await import("faiss-node");

let index: Index = new faiss.IndexFlatIP(1);

// The parent decides when this ends: a Ctrl-C reaches the whole group, and a dead parent closes the channel.
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => {});
process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  const { id, request } = FAISS_CALL.parse(message);
  process.send?.({ id, ...answer(request) });
});
process.send?.({ id: 0, ...success() });

function answer(request: FaissRequest): Omit<FaissReply, "id"> {
  try {
    return perform(request);
  } catch (error) {
    return { ...success(), problem: error instanceof Error ? error.message : String(error) };
  }
}

function perform(request: FaissRequest): Omit<FaissReply, "id"> {
  switch (request.op) {
    case "create":
      index = create(request.kind, request.dimension);
      return success();
    case "read":
      index = faiss.Index.read(request.file);
      return success();
    case "add":
      // faiss-node refuses typed arrays.
      index.add(Array.from(request.vectors));
      return success();
    case "write":
      index.write(request.file);
      return success();
    case "search": {
      const { distances, labels } = index.search(Array.from(request.queries), request.k);
      return { ...success(), labels: Int32Array.from(labels), scores: Float32Array.from(distances) };
    }
  }
}

function success(): Omit<FaissReply, "id"> {
  const [rows, dimension] = [index.ntotal(), index.getDimension()];
  return { problem: null, rows, dimension, labels: new Int32Array(0), scores: new Float32Array(0) };
}

function create(kind: FaissKind, dimension: number): Index {
  if (kind === "faiss-flat") return new faiss.IndexFlatIP(dimension);
  const folder = mkdtempSync(join(tmpdir(), "opfind-hnsw-"));
  try {
    const file = join(folder, "empty");
    faiss.Index.fromFactory(dimension, "HNSW32", faiss.MetricType.METRIC_INNER_PRODUCT).write(file);
    const bytes = readFileSync(file);
    setSearchWidth(bytes, { efConstruction: 40, efSearch: 96 });
    writeFileSync(file, bytes);
    return faiss.Index.read(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
