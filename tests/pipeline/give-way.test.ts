import { getPriority } from "node:os";
import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

const MODULE = resolve(import.meta.dirname, "../../dist/pipeline/give-way.js");

test.runIf(process.platform === "linux")("a thread gives way without its process", async () => {
  const before = getPriority();
  const script = `
    const { parentPort } = require("node:worker_threads");
    const { getPriority } = require("node:os");
    import(${JSON.stringify(MODULE)}).then(({ giveWay }) => {
      giveWay();
      parentPort.postMessage(getPriority());
    });
  `;
  const worker = new Worker(script, { eval: true });
  const priority = await new Promise((done) => worker.once("message", done));
  expect(priority).toBe(Math.max(before, 10));
  expect(getPriority()).toBe(before);
});
