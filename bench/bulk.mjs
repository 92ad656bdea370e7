import { setMaxListeners } from "node:events";
import { median, round, takeTurns } from "./measure.mjs";

const BATCH = 16;

/**
 * Many pictures: pictures a second through the embedder and through bare batches of the same size, both given pictures
 * of the network's size; and through the embedder from full size, with the scaling.
 */
export async function benchBulk({ pictures, pipeline, bare, rounds }) {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const { width, height } = bare.input;
  const small = await Promise.all(pictures.map((bytes) => bare.decode(bytes)));
  const images = small.map((data) => ({ data, width, height }));
  const full = await Promise.all(pictures.map((bytes) => pipeline.decode(bytes, signal)));
  const ways = {
    opfind: () => pipeline.embedder.embed(images, signal),
    opfindFullSize: () => pipeline.embedder.embed(full, signal),
    bareBatches: async () => {
      for (let at = 0; at < small.length; at += BATCH) await bare.embed(small.slice(at, at + BATCH));
    },
  };
  for (const way of Object.values(ways)) await way(); // all warm
  const spent = await takeTurns(Array.from({ length: rounds * 3 }), ways);
  const perSecond = (times) => (pictures.length * 1000) / median(times);
  return {
    pictures: pictures.length,
    opfindPerSecond: round(perSecond(spent.opfind), 1),
    opfindFullSizePerSecond: round(perSecond(spent.opfindFullSize), 1),
    bareBatchesPerSecond: round(perSecond(spent.bareBatches), 1),
    ratio: round(perSecond(spent.opfind) / perSecond(spent.bareBatches)),
  };
}
