// How many points do two different posters share by chance? Compares every two posters of a folder (or of one part of a
// split) as the verifier does, and prints the tail: node bench/inliers.mjs --posters DIR [--split FILE --part dev] [--sample N]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { decodeImage } from "../dist/pipeline/decode.js";
import { franchiseOf } from "../dist/pipeline/group.js";
import { openVerifier } from "../dist/pipeline/verify.js";

const { values } = parseArgs({
  options: {
    posters: { type: "string" },
    split: { type: "string" },
    part: { type: "string", default: "dev" },
    sample: { type: "string", default: "1000000" },
  },
});
if (!values.posters) throw new Error("--posters DIR is missing");
const never = new AbortController().signal;
const ids = values.split ? new Set(JSON.parse(readFileSync(values.split, "utf8"))[values.part]) : null;
const rows = JSON.parse(readFileSync(join(values.posters, "manifest.json"), "utf8"))
  .filter(({ anilistId }) => anilistId && (!ids || ids.has(anilistId)))
  .slice(0, Number(values.sample));
const read = (at) => readFileSync(join(values.posters, rows[at].file));
const franchises = rows.map(({ title, anilistId }) => franchiseOf({ franchiseId: null, title, anilistId }));

const verifier = openVerifier({
  store: { image: async (at) => read(at) },
  decode: decodeImage,
  log: { warn: console.error },
  clock: { elapsedMs: () => performance.now() },
  budgetMs: 600_000,
  enough: Number.POSITIVE_INFINITY,
});
const [strangers, relatives, own] = [[], [], []];
for (const [at] of rows.entries()) {
  const others = rows.map((_, other) => other).slice(at);
  const verification = await verifier.compare(await decodeImage(read(at), never), others, never);
  if (verification.kind === "failed") throw new Error(verification.why);
  for (const [other, count] of verification.inliers) {
    const kind = other === at ? own : franchises[other] === franchises[at] ? relatives : strangers;
    kind.push({ count, pair: `${rows[at].title} / ${rows[other].title}` });
  }
  if (process.stderr.isTTY) process.stderr.write(`\r${at + 1}/${rows.length}`);
}
await verifier.close();

for (const [name, pairs] of Object.entries({ strangers, relatives, own })) {
  const sorted = pairs.map(({ count }) => count).sort((a, b) => a - b);
  const quantile = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? "-";
  const tail = [0.5, 0.95, 0.99, 0.999].map((share) => `p${share * 100} ${quantile(share)}`).join("  ");
  console.log(`${name.padEnd(10)} ${sorted.length} pairs  ${tail}  most ${sorted.at(-1) ?? "-"}`);
}
const most = [...strangers].sort((a, b) => b.count - a.count).slice(0, 5);
for (const { count, pair } of most) console.log(`  ${count}  ${pair}`);
