import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Workers and child processes run from dist/: build once before the suite (see src/entry-point.ts).
    globalSetup: ["tests/support/build.ts"],
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
