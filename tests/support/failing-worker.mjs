// Stands in for the embedding worker: opens, then fails as its network's name says.
import { readFileSync, writeFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";

let network = "";
parentPort.on("message", (request) => {
  if (request.kind === "open") {
    network = request.network;
    parentPort.postMessage({ kind: "opened", id: request.id, device: "cpu", refusals: [] });
    return;
  }
  const lives = Number(readFileSync(network, "utf8"));
  writeFileSync(network, String(lives + 1));
  if (lives === 0) process.exit(7);
  if (lives === 1) throw new Error("the driver fell over");
  if (lives === 2) return; // never answers
  parentPort.postMessage({ kind: "ran", id: request.id, embeddings: new Float32Array(request.count * 16).fill(0.25) });
});
