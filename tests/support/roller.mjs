// A process to be killed: builds the index and rolls it back, again and again. Runs from dist/, since Node.js 20 knows
// no TypeScript.
// usage: node roller.mjs DATA_DIR
import { writeSync } from "node:fs";
import { buildIndex } from "../../dist/index/build-index.js";
import { openPosterStore } from "../../dist/index/poster-store.js";
import { rollBack } from "../../dist/index/roll-back.js";

const [dataDir] = process.argv.slice(2);
const { signal } = new AbortController();
const clock = { now: Date.now, elapsedMs: () => performance.now() };
const log = { info: () => {}, warn: () => {} };
const store = openPosterStore({ dataDir, clock });
const deps = { store, modelId: "model-a", dimension: 16, dataDir, log, clock };

try {
  for (;;) {
    await (await buildIndex(deps, "exact", signal)).close();
    // The other process may have rolled back to the oldest one: then there is none before.
    const { version } = await rollBack({ ...deps, modelNamed: () => "a" }, null, signal).catch((error) => {
      if (error.code === "usage") return { version: "none" };
      throw error;
    });
    writeSync(1, `${version}\n`);
  }
} catch (error) {
  writeSync(1, `failed ${error.code ?? error.stack}\n`);
  process.exit(1);
}
