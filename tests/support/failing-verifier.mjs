// Stands in for the thread that compares posters: the first byte of the picture says how it fails.
import { parentPort } from "node:worker_threads";

parentPort.on("message", ({ kind, id, image }) => {
  if (kind === "compare") return parentPort.postMessage({ kind: "compared", id, inliers: 7 });
  const [how] = image.data;
  if (how === 1) for (;;); // what a hanging WebAssembly looks like from outside
  if (how === 2) process.exit(3);
  if (how === 3) return parentPort.postMessage({ kind: "failed", id, why: "out of memory" });
  const keypoints = { places: new Float32Array(2), descriptors: new Uint8Array(32) };
  return parentPort.postMessage({ kind: "described", id, keypoints });
});
