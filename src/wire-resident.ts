import { join } from "node:path";
import type { BackupFacts } from "./index/backup/scheduled-backups.ts";
import { takeLock } from "./index/build-lock.ts";
import { SqliteJobStore } from "./index/job-store.ts";
import { openPosterDatabase } from "./index/poster-database.ts";
import { SqlitePosterStore } from "./index/poster-store.ts";
import { type SharedFile, shareDatabase } from "./index/shared-file.ts";
import { Metrics } from "./metrics.ts";
import { openArtwork } from "./pipeline/artwork.ts";
import { decodeBoard } from "./pipeline/decode.ts";
import { IndexedSearch } from "./pipeline/indexed-search.ts";
import { openResident } from "./pipeline/open-resident.ts";
import { ReindexJobs } from "./pipeline/reindex-jobs.ts";
import type { Resident } from "./pipeline/resident.ts";
import { openWorkQueue, type QueueLimits, type WorkQueue } from "./pipeline/work-queue.ts";
import { type Gallery, openGallery } from "./wire.ts";
import { openScheduledBackups } from "./wire-backups.ts";
import { openCovers, type WireContext } from "./wire-sources.ts";

// The part of the composition root for processes that stay: the bot and the service.

export interface ResidentProcess {
  readonly resident: Resident;
  readonly gallery: Gallery;
  readonly queue: WorkQueue;
  readonly metrics: Metrics;
  /** of the backups that it takes by itself; null when it takes none */
  readonly backupFacts: () => BackupFacts | null;
  /** holds what stays on this machine also when the posters are elsewhere */
  readonly file: SharedFile;
  /** Official covers, as the resident fetches them: politely, from the listed hosts only. */
  readonly cover: (url: string, signal: AbortSignal) => Promise<Uint8Array>;
  /** Interrupts a re-index, which the next process goes on with, and closes everything; drain the queue before. */
  close(): Promise<void>;
}

/**
 * While one picture is in the network the next are decoded: more than four at a time gain nothing on two cores. A
 * minute is longer than a full queue of single pictures takes there, so only tier lists make anybody late.
 */
const QUEUE: QueueLimits = { concurrency: 4, capacity: 256, lanePlaces: 32, patienceMs: 60_000 };

/** Opens one network, one gallery and one queue. @throws OpfindError like `openGallery` */
export async function openResidentProcess(context: WireContext): Promise<ResidentProcess> {
  const metrics = new Metrics();
  const gallery = await openGallery({ ...context, asked: (source, outcome) => metrics.asked(source, outcome) });
  const covers = openCovers(context);
  const database = openPosterDatabase(context.config.dataDir);
  const reindexing = openReindexing(gallery, new SqliteJobStore(database), context);
  const queue = openWorkQueue({ limits: QUEUE, meter: metrics.queue, clock: gallery.clock });
  const resident = assemble({ gallery, reindexing, queue, metrics, cover: covers.cover });
  metrics.watch(() => levelsOf(resident));
  const backups = openScheduledBackups(context, metrics);
  return {
    resident,
    gallery,
    queue,
    metrics,
    backupFacts: () => backups?.facts() ?? null,
    file: gallery.store instanceof SqlitePosterStore ? gallery.store : shareDatabase(database),
    cover: covers.cover,
    async close() {
      await backups?.close();
      await reindexing.close();
      database.close();
      await covers.close();
      await gallery.close();
    },
  };
}

interface Parts {
  readonly gallery: Gallery;
  readonly reindexing: ReindexJobs;
  readonly queue: WorkQueue;
  readonly metrics: Metrics;
  readonly cover: (url: string, signal: AbortSignal) => Promise<Uint8Array>;
}

function assemble({ gallery, reindexing, queue, metrics, cover }: Parts): Resident {
  const { store, index, embedder, calibration, songsOf, cards, titles } = gallery;
  const artwork = openArtwork(store, { modelId: embedder.modelId, threshold: calibration.sameArtwork });
  return openResident({
    recognition: { ...gallery, artwork, decodeBoard, meter: metrics },
    gallery: {
      ...gallery,
      follow: () => index.follow(),
      counts: async () => ({ posters: await store.count(), embeddings: index.size }),
      reindexing,
      search: new IndexedSearch({ ...gallery, queue, version: () => index.version() }),
    },
    sources: { songsOf, cards, titles, cover },
    queue,
  });
}

function openReindexing(gallery: Gallery, jobs: SqliteJobStore, { config, log }: WireContext): ReindexJobs {
  const { store, rebuildIndex, embedder, besideEmbedder, decode, galleryViews, clock } = gallery;
  const embedders = [embedder, ...(besideEmbedder ? [besideEmbedder] : [])];
  const { dataDir } = config;
  return new ReindexJobs({
    jobs,
    takeLock: () => takeLock(join(dataDir, "embeddings", "reindex-lock.sqlite")),
    embedding: { store, embedders, decode, galleryViews },
    buildIndex: rebuildIndex,
    clock,
    log,
  });
}

async function levelsOf({ facts, reindexing }: Resident) {
  const [{ waiting, posters, embeddings }, job] = await Promise.all([facts(), reindexing.latest()]);
  const isRunning = job?.state === "running";
  return { waiting, posters, embeddings, reindexRatio: isRunning ? job.done / Math.max(1, job.total) : 1 };
}
