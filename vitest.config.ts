import { configDefaults, defineConfig } from "vitest/config";
import { VARIABLES } from "./src/config.ts";

/** Empty counts as not set and wins over .env: a person's own settings cannot change what a test or its children do. */
const NOTHING_SET = Object.fromEntries([...VARIABLES.keys()].map((name) => [name, ""]));

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // They bring packages and a configuration of their own: `npm run e2e`.
    exclude: [...configDefaults.exclude, "tests/e2e/**", "tests/heavy/**"],
    // Workers and child processes run from dist/: build once before the suite (see src/entry-point.ts).
    globalSetup: ["tests/support/build.ts"],
    // ONNX Runtime would report its use to its maker (see src/main.ts).
    env: { ...NOTHING_SET, NODE_ENV: "test", FORCE_COLOR: "0", ORT_DISABLE_TELEMETRY: "1" },
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
