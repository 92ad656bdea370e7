// Copies what models/training/ENCODER.json says about a freshly exported encoder into models/manifest.json,
// after checking that the .onnx beside it is the file that it describes.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const models = new URL("../models/", import.meta.url);
const manifestFile = new URL("manifest.json", models);
const encoder = JSON.parse(readFileSync(new URL("training/ENCODER.json", models), "utf8"));
const network = readFileSync(new URL(encoder.file, models));
const sha256 = createHash("sha256").update(network).digest("hex");
if (sha256 !== encoder.sha256 || network.length !== encoder.bytes) {
  throw new Error(`models/${encoder.file} is not the file that ENCODER.json describes`);
}

const manifest = JSON.parse(readFileSync(manifestFile, "utf8"));
const entry = manifest.models.find(({ id }) => id === encoder.id);
if (!entry) throw new Error(`models/manifest.json has no entry ${encoder.id}`);
entry.files = [{ path: encoder.file, url: null, sha256, bytes: network.length }];
entry.input = {
  name: encoder.inputName,
  width: encoder.inputWidth,
  height: encoder.inputHeight,
  resize: encoder.resize,
  kernel: encoder.kernel,
  mean: encoder.mean,
  std: encoder.std,
};
entry.output = encoder.outputName;
entry.dimension = encoder.dimension;
const text = JSON.stringify(manifest, null, 2).replace(
  /\[\s+(-?[\d.]+),\s+(-?[\d.]+),\s+(-?[\d.]+)\s+\]/g,
  "[$1, $2, $3]",
);
writeFileSync(manifestFile, `${text}\n`);
console.log(`models/manifest.json: ${encoder.id} is ${sha256.slice(0, 12)}, ${network.length} bytes`);
