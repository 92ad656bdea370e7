import type { Embedding, VectorIndex } from "../../pipeline/ports.ts";
import type { PosterFiles } from "../poster-files.ts";
import type { QdrantPoints } from "./points.ts";
import { readPayload, vectorOf } from "./poster-point.ts";
import type { VectorSpace } from "./vector-space.ts";

export interface QdrantReport {
  readonly isSound: boolean;
  readonly posters: number;
  readonly embeddings: number;
  /** posters that have a picture but no embedding of the network in use */
  readonly unseen: number;
  /** points that are no posters: a search passes them over, a new version leaves them behind */
  readonly unlabelled: number;
  /** embeddings whose length is not one: they cannot be compared */
  readonly unfit: number;
  /** pictures that the shared folder does not have */
  readonly missingImages: number;
  /** of a sample of embeddings, how many a search for themselves does not find */
  readonly notFound: number;
}

interface VerifyDeps {
  readonly points: QdrantPoints;
  readonly space: VectorSpace;
  readonly files: PosterFiles;
  readonly index: VectorIndex;
}

const SAMPLE = 200;
const LENGTH_TOLERANCE = 1e-3;

/** Reads every point and searches for some. Changes nothing. @throws OpfindError store-broken | like `QdrantConnection.ask` */
export async function verifyQdrant(
  { points, space, files, index }: VerifyDeps,
  modelId: string,
  signal: AbortSignal,
): Promise<QdrantReport> {
  const names = (await space.slotsOf(modelId, signal)).map(({ name }) => name);
  const step = Math.max(1, Math.floor(index.size / SAMPLE));
  let [posters, embeddings, unseen, unlabelled, unfit, missingImages, notFound] = [0, 0, 0, 0, 0, 0, 0];
  for await (const point of points.stream({ payload: true, vectors: names.length > 0 && names }, signal)) {
    const payload = readPayload(point);
    if (!payload) {
      unlabelled++;
      continue;
    }
    posters++;
    if (payload.file !== null && !files.has(payload.file)) missingImages++;
    const own = names.flatMap((name) => vectorOf(point, name) ?? []);
    if (own.length === 0 && payload.file !== null) unseen++;
    for (const embedding of own) {
      if (Math.abs(Math.hypot(...embedding) - 1) > LENGTH_TOLERANCE) unfit++;
      if (embeddings++ % step === 0 && !(await finds(index, { posterId: point.id, embedding }, signal))) notFound++;
    }
  }
  const isSound = unlabelled + unfit + missingImages + notFound === 0;
  return { isSound, posters, embeddings, unseen, unlabelled, unfit, missingImages, notFound };
}

async function finds(
  index: VectorIndex,
  { posterId, embedding }: { readonly posterId: number; readonly embedding: Embedding },
  signal: AbortSignal,
): Promise<boolean> {
  const [found = []] = await index.search([embedding], 10, signal);
  // The same picture under more than ten anime may crowd a poster out; its equals are then just as near.
  return found.some((neighbour) => neighbour.posterId === posterId) || (found[0]?.score ?? 0) >= 0.9999;
}
