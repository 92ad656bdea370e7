import { median, round, takeTurns } from "./measure.mjs";

const BATCH = 16;

/** Many pictures, already decoded: pictures a second through the embedder and through bare batches of the same size. */
export async function benchBulk({ pictures, pipeline, bare, rounds }) {
  const { signal } = new AbortController();
  const decoded = await Promise.all(pictures.map((bytes) => pipeline.decode(bytes, signal)));
  const small = await Promise.all(pictures.map((bytes) => bare.decode(bytes)));
  const opfind = () => pipeline.embedder.embed(decoded, signal);
  const batches = async () => {
    for (let at = 0; at < small.length; at += BATCH) await bare.embed(small.slice(at, at + BATCH));
  };
  await opfind();
  await batches();
  const spent = await takeTurns(Array.from({ length: rounds }), { opfind, batches });
  const perSecond = (times) => (pictures.length * 1000) / median(times);
  return {
    pictures: pictures.length,
    opfindPerSecond: round(perSecond(spent.opfind), 1),
    bareBatchesPerSecond: round(perSecond(spent.batches), 1),
    ratio: round(perSecond(spent.opfind) / perSecond(spent.batches)),
  };
}
