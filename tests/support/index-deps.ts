import { onTestFinished } from "vitest";
import type { OpenIndexDeps } from "../../src/index/open-index.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { posterOf, stillClock } from "./posters.ts";
import { tempDir } from "./temp-dir.ts";

/** A poster store in a folder of its own, and what opening an index over it takes; `lines` is what was logged. */
export async function storeWith(count: number, dataDir = tempDir()) {
  const clock = stillClock();
  const store = openPosterStore({ dataDir, clock });
  onTestFinished(() => store.close());
  for (let number = 1; number <= count; number++) await store.add(posterOf(number, { image: null }));
  const lines: string[] = [];
  const log = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  const deps: OpenIndexDeps = { store, modelId: "model-a", dimension: 16, dataDir, preference: "exact", log, clock };
  return { store, deps, dataDir, lines };
}
