import { identify } from "../dist/pipeline/identify.js";
import { median, quantile, round, takeTurns } from "./measure.mjs";

/**
 * One picture at a time: opfind's whole way against bare decoding plus one bare network run, and each of its stages.
 * @param bare see bare.mjs
 */
export async function benchIdentify({ pictures, pipeline, bare, rounds }) {
  const { signal } = new AbortController();
  const stages = new Map();
  const queue = Array.from({ length: rounds }, () => pictures).flat();
  const opfind = async (bytes) => {
    const { timings } = await identify(bytes, pipeline, signal);
    for (const { stage, ms } of timings) stages.set(stage, [...(stages.get(stage) ?? []), ms]);
  };
  const alone = async (bytes) => bare.embed([await bare.decode(bytes)]);
  await takeTurns(pictures.slice(0, 5), { opfind, alone }); // both warm
  stages.clear();
  const spent = await takeTurns(queue, { opfind, alone });
  return {
    pictures: queue.length,
    opfindP50Ms: round(median(spent.opfind)),
    opfindP95Ms: round(quantile(spent.opfind, 0.95)),
    bareP50Ms: round(median(spent.alone)),
    ratio: round(median(spent.opfind) / median(spent.alone)),
    stagesP50Ms: Object.fromEntries([...stages].map(([stage, times]) => [stage, round(median(times))])),
    shareWithFurtherViews: round((stages.get("views")?.length ?? 0) / queue.length),
  };
}
