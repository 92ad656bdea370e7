import { defineConfig } from "vitest/config";
import { VARIABLES } from "../../src/config.ts";

/** Empty counts as not set and wins over .env, as in the root's vitest.config.ts. */
const NOTHING_SET = Object.fromEntries([...VARIABLES.keys()].map((name) => [name, ""]));

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["**/*.test.ts"],
    globalSetup: ["../support/build.ts"],
    env: { ...NOTHING_SET, NODE_ENV: "test", FORCE_COLOR: "0", ORT_DISABLE_TELEMETRY: "1" },
    pool: "forks",
    // Latencies are measured here, and Discord's 3 s are real: one file at a time.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
