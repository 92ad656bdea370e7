import { onTestFinished } from "vitest";
import { z } from "zod";
import { PosterFiles } from "../../src/index/poster-files.ts";
import { QdrantConnection } from "../../src/index/qdrant/connection.ts";
import type { QdrantSettings } from "../../src/index/qdrant/settings.ts";
import { SharedImages } from "../../src/index/qdrant/shared-images.ts";
import { VectorSpace } from "../../src/index/qdrant/vector-space.ts";
import { QdrantVersions } from "../../src/index/qdrant/versions.ts";
import { QdrantIndex } from "../../src/index/qdrant-index.ts";
import { QdrantPosterStore } from "../../src/index/qdrant-poster-store.ts";
import type { Clock } from "../../src/pipeline/ports.ts";
import { stillClock } from "./posters.ts";
import { openQdrantDouble } from "./qdrant-double/qdrant-double.ts";
import { tempDir } from "./temp-dir.ts";

const live = () => new AbortController().signal;

export const SETTINGS: QdrantSettings = {
  collection: "opfind",
  hnswM: 16,
  hnswEfConstruct: 100,
  hnswEf: 96,
  quantisation: "off",
  isOnDisk: false,
  replicas: 1,
  writeReplicas: 1,
  shards: undefined,
  walMb: 32,
};

/** One instance of opfind on a Qdrant; several may share the server and the folder of the pictures. */
export async function openInstance(url: string, { dataDir = tempDir(), settings = SETTINGS, timeoutMs = 5_000 } = {}) {
  const connection = new QdrantConnection({ url, apiKey: undefined, timeoutMs });
  const clock = stillClock();
  const versions = new QdrantVersions({ connection, settings, elapsedMs: clock.elapsedMs });
  const points = await versions.open(live());
  const { collection, isOnDisk } = settings;
  const space = new VectorSpace(connection, { collection, isOnDisk, elapsedMs: clock.elapsedMs });
  const files = new PosterFiles(dataDir);
  const store = new QdrantPosterStore({ points, space, images: new SharedImages(files, points), clock });
  onTestFinished(() => store.close());
  const openIndex = (time: Pick<Clock, "elapsedMs"> = clock) =>
    QdrantIndex.open({ modelId: "model-a", dimension: 16 }, { points, space, clock: time, settings }, live());
  return { connection, versions, points, space, files, store, openIndex, dataDir };
}

/** A double of Qdrant that goes with the test; the test fails when an exchange was not as the interface has it. */
export async function runDouble(options: Parameters<typeof openQdrantDouble>[0] = {}) {
  const double = await openQdrantDouble(options);
  onTestFinished(async () => {
    await double.close();
    if (double.problems.length > 0) throw new Error(double.problems.slice(0, 5).join("\n"));
  });
  return double;
}

/** A Qdrant that somebody runs for tests; every test gets a collection of its own there, and clears it away. */
export const REAL_QDRANT = process.env["QDRANT_URL_TEST"] || undefined;

/** An instance on that Qdrant. */
export async function openOnRealQdrant() {
  if (REAL_QDRANT === undefined) throw new RangeError("QDRANT_URL_TEST is not set");
  const settings = { ...SETTINGS, collection: `opfind-test-${crypto.randomUUID().slice(0, 8)}` };
  const instance = await openInstance(REAL_QDRANT, { settings, timeoutMs: 30_000 });
  const { connection, versions } = instance;
  onTestFinished(async () => {
    for (const version of (await versions.list(live())).all) {
      const collection_name = versions.nameOf(version);
      const send: Parameters<typeof connection.ask>[0]["send"] = (api, init) =>
        api.deleteCollection({ collection_name }, init);
      await connection.ask({ shape: z.boolean(), send }, live());
    }
  });
  return instance;
}
