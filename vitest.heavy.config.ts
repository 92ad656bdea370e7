import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

/** `npm run test:heavy`: real processes, a browser, hundreds of kills. They share two cores, so one file at a time. */
export default defineConfig({
  test: {
    ...base.test,
    include: ["tests/heavy/**/*.test.ts"],
    exclude: [],
    fileParallelism: false,
    testTimeout: 60_000,
  },
});
