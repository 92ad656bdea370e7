import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "./config.ts";
import { OpfindError } from "./errors.ts";
import { imagesOfPosters } from "./index/backup/referenced-images.ts";
import { openPosterDatabase, posterDatabaseFile } from "./index/poster-database.ts";
import { PosterFiles } from "./index/poster-files.ts";
import { QdrantConnection } from "./index/qdrant/connection.ts";
import { orphanImages, sweepOrphans } from "./index/qdrant/orphans.ts";
import type { QdrantPoints } from "./index/qdrant/points.ts";
import type { QdrantSettings } from "./index/qdrant/settings.ts";
import { SharedImages } from "./index/qdrant/shared-images.ts";
import { VectorSpace } from "./index/qdrant/vector-space.ts";
import { QdrantVersions } from "./index/qdrant/versions.ts";
import { QdrantIndex } from "./index/qdrant-index.ts";
import { QdrantPosterStore } from "./index/qdrant-poster-store.ts";
import type { Embedder } from "./pipeline/ports.ts";
import { clock, type WireContext } from "./wire-sources.ts";

// The part of the composition root for several machines: posters and index on one Qdrant.

export interface QdrantGallery {
  readonly connection: QdrantConnection;
  readonly settings: QdrantSettings;
  readonly versions: QdrantVersions;
  readonly points: QdrantPoints;
  readonly space: VectorSpace;
  /** the folder that all instances share */
  readonly files: PosterFiles;
  readonly store: QdrantPosterStore;
  openIndex(model: Pick<Embedder, "modelId" | "dimension">): Promise<QdrantIndex>;
  /** pictures in the shared folder that nothing names any more */
  orphans(stop: AbortSignal): Promise<readonly string[]>;
  /** Deletes them. @returns how many there were */
  sweep(stop: AbortSignal): Promise<number>;
}

/**
 * Opens the posters on Qdrant; the first one on an empty server makes the collection.
 * @throws OpfindError config-invalid | index-down | index-busy | index-refused | index-broken | index-other-shape | aborted
 */
export async function openQdrant({ config, signal }: Pick<WireContext, "config" | "signal">): Promise<QdrantGallery> {
  const settings = settingsOf(config);
  const connection = connectQdrant(config);
  const { elapsedMs } = clock;
  const versions = new QdrantVersions({ connection, settings, elapsedMs });
  const points = await versions.open(signal);
  const folder = join(config.dataDir, "poster_db");
  await mkdir(folder, { recursive: true });
  const files = new PosterFiles(folder);
  const { collection, isOnDisk } = settings;
  const space = new VectorSpace(connection, { collection, isOnDisk, elapsedMs });
  const images = new SharedImages(files, points);
  const store = new QdrantPosterStore({ points, space, images, clock });
  const openIndex: QdrantGallery["openIndex"] = (model) =>
    QdrantIndex.open(model, { points, space, clock, settings }, signal);
  const looking = { files, points, clock, usedHere: () => picturesHere(config) };
  const orphans = (stop: AbortSignal) => orphanImages(looking, stop);
  const sweep = (stop: AbortSignal) => sweepOrphans({ ...looking, images }, stop);
  return { connection, settings, versions, points, space, files, store, openIndex, orphans, sweep };
}

/** A gallery that was migrated from here still has its pictures in the folder. */
function picturesHere({ dataDir }: Config): ReadonlySet<string> {
  if (!existsSync(posterDatabaseFile(dataDir))) return new Set();
  const database = openPosterDatabase(dataDir);
  try {
    return new Set(imagesOfPosters(database));
  } finally {
    database.close();
  }
}

/** @throws OpfindError config-invalid */
export function connectQdrant({ env }: Pick<Config, "env">): QdrantConnection {
  const { QDRANT_URL: url, QDRANT_API_KEY: apiKey, QDRANT_TIMEOUT_MS: timeoutMs } = env;
  if (url === undefined) {
    throw new OpfindError("config-invalid", "QDRANT_URL is not set, for example QDRANT_URL=http://localhost:6333.");
  }
  return new QdrantConnection({ url, apiKey, timeoutMs });
}

function settingsOf({ env }: Pick<Config, "env">): QdrantSettings {
  return {
    collection: env.QDRANT_COLLECTION,
    hnswM: env.QDRANT_HNSW_M,
    hnswEfConstruct: env.QDRANT_HNSW_EF_CONSTRUCT,
    hnswEf: env.QDRANT_HNSW_EF,
    quantisation: env.QDRANT_QUANTISATION,
    isOnDisk: env.QDRANT_ON_DISK,
    replicas: env.QDRANT_REPLICAS,
    writeReplicas: env.QDRANT_WRITE_REPLICAS,
    shards: env.QDRANT_SHARDS,
    walMb: env.QDRANT_WAL_MB,
  };
}
