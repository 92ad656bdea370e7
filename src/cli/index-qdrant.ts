import { OpfindError } from "../errors.ts";
import type { GalleryStore } from "../index/gallery-store.ts";
import type { PosterFiles } from "../index/poster-files.ts";
import type { QdrantConnection } from "../index/qdrant/connection.ts";
import type { QdrantPoints } from "../index/qdrant/points.ts";
import type { QdrantSettings } from "../index/qdrant/settings.ts";
import { QdrantSnapshots } from "../index/qdrant/snapshots.ts";
import type { VectorSpace } from "../index/qdrant/vector-space.ts";
import { verifyQdrant } from "../index/qdrant/verify-qdrant.ts";
import type { QdrantVersions } from "../index/qdrant/versions.ts";
import type { Embedder, VectorIndex } from "../pipeline/ports.ts";
import { isAnyUnseen, type OpenNetwork, showMissing, UNSEEN } from "./show-missing.ts";
import type { VerbContext } from "./verb.ts";

type Model = Pick<Embedder, "modelId" | "dimension">;

/** What of wire-qdrant.ts the verb uses. */
export interface OpenQdrant {
  readonly connection: QdrantConnection;
  readonly settings: QdrantSettings;
  readonly versions: QdrantVersions;
  readonly points: QdrantPoints;
  readonly space: VectorSpace;
  readonly files: PosterFiles;
  readonly store: GalleryStore;
  openIndex(model: Model): Promise<VectorIndex>;
  orphans(signal: AbortSignal): Promise<readonly string[]>;
  sweep(signal: AbortSignal): Promise<number>;
}

export interface OnQdrant extends VerbContext, Model {
  readonly qdrant: OpenQdrant;
  readonly isJson: boolean;
  /** the network beside the one in use; null without one */
  readonly beside: Model | null;
  readonly openNetwork: () => Promise<OpenNetwork>;
}

/** A new version with the settings of today, filled beside the one that answers; then what kills left is swept. */
export async function buildVersion(opened: OnQdrant): Promise<void> {
  const { qdrant, modelId, beside, openNetwork, output, signal } = opened;
  const modelIds = [modelId, ...(beside ? [beside.modelId] : [])];
  await showMissing({ store: qdrant.store, modelIds, openNetwork }, opened);
  const bar = output.progress("copying posters to a new version", await qdrant.store.count());
  try {
    await qdrant.versions.build((done) => bar.update(done), signal);
  } finally {
    bar.stop();
  }
  const swept = await qdrant.sweep(signal);
  if (swept > 0) output.note(`${swept} pictures that no poster named were deleted from the shared folder`);
  await tellStatus(opened);
}

export async function tellStatus({ qdrant, modelId, dimension, output, signal, isJson }: OnQdrant): Promise<void> {
  const { versions, settings, space, store, openIndex } = qdrant;
  const [{ current, all }, { status: health, indexed_vectors_count: indexed }, posters, index] = await Promise.all([
    versions.list(signal),
    space.describe(signal),
    store.count(),
    openIndex({ modelId, dimension }),
  ]);
  const { size: rows, kind } = index;
  await index.close();
  if (isJson) {
    output.json({
      kind,
      rows,
      behind: 0,
      posters,
      modelId,
      dimension,
      version: current,
      versions: all,
      health,
      indexed,
    });
    return;
  }
  output.line(
    `qdrant: ${rows} embeddings of ${posters} posters in ${settings.collection}, version ${current}, ${health}`,
  );
  output.line(`network: ${modelId}, ${dimension} numbers`);
  if (await isAnyUnseen(store, modelId)) output.line(UNSEEN);
}

/** @throws OpfindError index-broken when it is not sound */
export async function verifyVersion({ qdrant, modelId, dimension, output, signal, isJson }: OnQdrant): Promise<void> {
  const index = await qdrant.openIndex({ modelId, dimension });
  const report = await verifyQdrant({ ...qdrant, index }, modelId, signal);
  await index.close();
  const { length: orphans } = await qdrant.orphans(signal);
  if (isJson) output.json({ ...report, orphans });
  else {
    const { posters, embeddings, unseen, unlabelled, unfit, missingImages, notFound } = report;
    output.line(`${posters} posters with ${embeddings} embeddings, ${unseen} not seen by this network`);
    output.line(`${unlabelled} points are no posters, ${unfit} embeddings cannot be compared`);
    output.line(`${missingImages} pictures are not in the shared folder`);
    if (orphans > 0) output.line(`${orphans} pictures there no poster names; \`opfind index build\` deletes them`);
    output.line(notFound === 0 ? "a sample finds itself" : `${notFound} of a sample do not find themselves`);
  }
  if (!report.isSound) {
    throw new OpfindError(
      "index-broken",
      "What Qdrant holds does not fit. `opfind index build` leaves behind what is no poster.",
    );
  }
}

export async function tellQdrantVersions({ qdrant, output, signal, isJson }: OnQdrant): Promise<void> {
  const { current, all } = await qdrant.versions.list(signal);
  for (const version of [...all].reverse()) {
    const isInUse = version === current;
    if (isJson) output.json({ version: String(version), isInUse });
    else output.line(`${isInUse ? "*" : " "} ${version}`);
  }
}

/** Nothing that was added since is lost: the other version is brought up to date before it answers. */
export async function changeQdrantVersion(
  { qdrant, output, signal, isJson }: OnQdrant,
  { version, isLatest }: { readonly version: string | undefined; readonly isLatest: boolean },
): Promise<void> {
  if (version !== undefined && !/^\d{1,9}$/.test(version)) {
    throw new OpfindError("usage", `${version} is no version; \`opfind index versions\` shows them.`);
  }
  const wanted = isLatest ? (await qdrant.versions.list(signal)).all.at(-1) : version && Number(version);
  const answering = await qdrant.versions.rollback(wanted || undefined, signal);
  if (isJson) output.json({ version: String(answering) });
  else output.line(`version ${answering} answers, with everything that was added since it was built`);
}

/** Makes a snapshot of the version that answers and fetches it. */
export async function takeSnapshot({ qdrant, output, signal, isJson }: OnQdrant, folder: string): Promise<void> {
  const { connection, versions } = qdrant;
  const { current } = await versions.list(signal);
  const snapshots = new QdrantSnapshots(connection, versions.nameOf(current));
  const snapshot = await snapshots.create(signal);
  const file = await snapshots.download(snapshot, folder, signal);
  if (isJson) output.json({ file, bytes: snapshot.size, sha256: snapshot.checksum ?? null });
  else output.line(`${file}, ${(snapshot.size / 1e6).toFixed(1)} MB`);
}
