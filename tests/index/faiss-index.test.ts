import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { FaissIndex } from "../../src/index/faiss-index.ts";
import type { FaissKind } from "../../src/index/faiss-messages.ts";
import { FlatIndex } from "../../src/index/flat-index.ts";
import { setSearchWidth } from "../../src/index/hnsw-header.ts";
import { vectorIndexContract } from "../contracts/vector-index.ts";
import { hasFaiss } from "../support/faiss.ts";
import { embeddingOf, rowsOf } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";

const live = () => new AbortController().signal;

async function openIndex(kind: FaissKind = "faiss-flat", dimension = 16, searchesPerChild = 1000) {
  const index = await FaissIndex.open({ kind, dimension, searchesPerChild });
  onTestFinished(() => index.close());
  return index;
}

describe.skipIf(!(await hasFaiss()))("with FAISS", () => {
  vectorIndexContract("FAISS flat", () => openIndex("faiss-flat"));
  vectorIndexContract("FAISS HNSW", () => openIndex("faiss-hnsw"), 5);

  test("flat search gives the answers of the exact index", async () => {
    const rows = rowsOf(2000, 64);
    const [faiss, exact] = [await openIndex("faiss-flat", 64), new FlatIndex(64)];
    await Promise.all([faiss.add(rows, live()), exact.add(rows, live())]);
    const queries = Array.from({ length: 25 }, (_, i) => embeddingOf(10_000 + i, 64));
    const [ours, theirs] = [await exact.search(queries, 10, live()), await faiss.search(queries, 10, live())];
    expect(theirs.map((found) => found.map(({ posterId }) => posterId))).toEqual(
      ours.map((found) => found.map(({ posterId }) => posterId)),
    );
  });

  test("the graph finds at least 98 % of the true neighbours, and its width survives writing and reading", async () => {
    const rows = rowsOf(3000, 64);
    const [graph, exact] = [await openIndex("faiss-hnsw", 64), new FlatIndex(64)];
    await Promise.all([graph.add(rows, live()), exact.add(rows, live())]);
    const file = join(tempDir(), "graph");
    await graph.write(file);
    expect(() => setSearchWidth(readFileSync(file), { efConstruction: 1, efSearch: 1 })).toThrow(/"efSearch":96/);
    const read = await FaissIndex.open({ kind: "faiss-hnsw", dimension: 64, stored: { file, rows: graph.rows } });
    onTestFinished(() => read.close());
    const queries = Array.from({ length: 50 }, (_, i) => embeddingOf(10_000 + i, 64));
    const [truth, found] = [await exact.search(queries, 10, live()), await read.search(queries, 10, live())];
    const hits = truth.flatMap((list, i) =>
      list.filter(({ score }) => found[i]?.some((other) => Math.abs(other.score - score) < 1e-5)),
    );
    expect(hits.length / 500).toBeGreaterThanOrEqual(0.98);
  });

  test("a killed child is replaced, and nothing that was added is lost", async () => {
    const index = await openIndex();
    await index.add(rowsOf(100), live());
    await index.write(join(tempDir(), "base"));
    await index.add(rowsOf(120), live());
    await index.remove([2], live());
    process.kill(index.childPid ?? 0, "SIGKILL");
    expect((await index.search([embeddingOf(120)], 1, live()))[0]).toMatchObject([{ posterId: 60 }]);
    expect((await index.search([embeddingOf(1)], 1, live()))[0]).toMatchObject([{ posterId: 1 }]);
    expect((await index.search([embeddingOf(3)], 200, live()))[0]).toHaveLength(118);
  });

  test("an index whose file vanished says that it is broken when it would need it", async () => {
    const index = await openIndex();
    await index.add(rowsOf(10), live());
    const dir = tempDir();
    await index.write(join(dir, "base"));
    rmSync(join(dir, "base"));
    process.kill(index.childPid ?? 0, "SIGKILL");
    await expect(index.search([embeddingOf(1)], 1, live())).rejects.toMatchObject({ code: "index-broken" });
  });

  test("a child is replaced after its share of searches without a wrong answer", async () => {
    const index = await openIndex("faiss-flat", 16, 5);
    await index.add(rowsOf(20), live());
    const first = index.childPid;
    const answers = await Promise.all(rowsOf(20).map(({ embedding }) => index.search([embedding], 1, live())));
    expect(answers.map(([found]) => found?.[0]?.posterId)).toEqual(rowsOf(20).map(({ posterId }) => posterId));
    await index.search([embeddingOf(1)], 1, live());
    expect(index.childPid).not.toBe(first);
  });

  test("a file of other rows is refused, not searched", async () => {
    const index = await openIndex();
    await index.add(rowsOf(10), live());
    const file = join(tempDir(), "ten");
    await index.write(file);
    expect(existsSync(file)).toBe(true);
    const opening = FaissIndex.open({ kind: "faiss-flat", dimension: 16, stored: { file, rows: index.rows.slice(1) } });
    await expect(opening).rejects.toMatchObject({ code: "index-broken" });
  });
});

test("a header of an unknown layout is refused before a byte is changed", () => {
  const bytes = Buffer.alloc(200);
  bytes.write("IHNf");
  expect(() => setSearchWidth(bytes, { efConstruction: 80, efSearch: 96 })).toThrow(RangeError);
  expect(() => setSearchWidth(Buffer.from("IxFI".padEnd(200)), { efConstruction: 80, efSearch: 96 })).toThrow(
    /not a stored HNSW/,
  );
});
