import { join } from "node:path";
import { onTestFinished } from "vitest";
import { SqliteLedger } from "../../src/index/confirmation-ledger.ts";
import type { GalleryStore } from "../../src/index/gallery-store.ts";
import { LocalConfirmations } from "../../src/index/local-confirmations.ts";
import { openPendingStore } from "../../src/index/pending-store.ts";
import { openPosterDatabase } from "../../src/index/poster-database.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { RemoteConfirmations } from "../../src/index/remote-confirmations.ts";
import { type SharedFile, shareDatabase } from "../../src/index/shared-file.ts";
import { type ConfirmDeps, openConfirming } from "../../src/pipeline/confirm.ts";
import type { ConfirmationWish, ConfirmedPosters } from "../../src/pipeline/confirming.ts";
import type { PosterToLearn } from "../../src/pipeline/learn-poster.ts";
import type { Clock } from "../../src/pipeline/ports.ts";
import { all, embeddingOf, posterOf, sha256, stillClock } from "./posters.ts";
import { openInstance } from "./qdrant.ts";
import { tempDir } from "./temp-dir.ts";

const DAY_MS = 24 * 60 * 60_000;

/** The network's part: every picture has one embedding. */
async function prepare({ bytes, anime, source, addedBy }: PosterToLearn) {
  const image = { bytes, extension: "jpg" };
  const embeddings = [{ view: "full", embedding: embeddingOf(bytes.length) }];
  return { ...posterOf(1), anime, image, sha256: sha256(bytes), source, addedBy, embeddings };
}

/** Where the posters of a test lie; with the same folder, as after a restart. */
export type Place = (
  dataDir: string,
  clock: Clock,
) => Promise<{
  readonly store: GalleryStore;
  readonly file: SharedFile;
  readonly words: { readonly ledger: SqliteLedger; readonly posters: ConfirmedPosters };
}>;

/** Posters and words in one file. */
export const onThisMachine: Place = async (dataDir, clock) => {
  const store = openPosterStore({ dataDir, clock });
  onTestFinished(() => store.close());
  const ledger = store.sharing((database) => new SqliteLedger(database, clock));
  return { store, file: store, words: { ledger, posters: new LocalConfirmations(store, ledger) } };
};

/** Posters on a Qdrant, words on this machine. */
export function onQdrant(url: string, timeoutMs?: number): Place {
  return async (dataDir, clock) => {
    const { store: gallery } = await openInstance(url, { dataDir: join(dataDir, "poster_db"), timeoutMs });
    const database = openPosterDatabase(dataDir);
    onTestFinished(() => void database.close());
    const ledger = new SqliteLedger(database, clock);
    const posters = new RemoteConfirmations({ database, ledger, gallery, clock });
    return { store: gallery, file: shareDatabase(database), words: { ledger, posters } };
  };
}

interface Changes extends Partial<Omit<ConfirmDeps, "clock">> {
  readonly clock?: Clock;
  readonly dataDir?: string;
  readonly place?: Place;
}

/** A gallery with its ledger and the stage that confirms; nothing is known at first. */
export async function openConfirmingStore({
  dataDir = tempDir(),
  place = onThisMachine,
  clock = stillClock(),
  ...changes
}: Changes = {}) {
  const { store, file, words } = await place(dataDir, clock);
  const pending = openPendingStore(file, clock);
  const confirming = openConfirming({
    ...words,
    prepare,
    officialCover: async (anilistId) => coverOf(anilistId),
    learn: async (poster) => {
      const ready = await prepare(poster);
      return { ...(await store.add(ready)), sha256: ready.sha256 };
    },
    onStored: async () => {},
    limits: { perUser: 100, perGuild: 100 },
    clock,
    ...changes,
  });
  /** A question with one picture waits for a click. */
  const ask = async (requestId: string, text = requestId) => {
    const row = { requestId, askerId: "1", guildId: "5", expiresAt: clock.now() + DAY_MS, state: "{}" };
    await pending.save(row, [{ picture: 0, file: "a.jpg", bytes: new TextEncoder().encode(`query ${text}`) }]);
  };
  /** In the order of their sources: the official cover before what was confirmed. */
  const posters = async () => (await all(store.list())).toSorted((a, b) => a.source.localeCompare(b.source));
  return { store, file, posters, ledger: words.ledger, pending, confirming, ask };
}

export function coverOf(anilistId: number): PosterToLearn {
  const { anime } = posterOf(anilistId);
  const bytes = new TextEncoder().encode(`official cover ${anilistId}`);
  return { bytes, file: "cover.jpg", anime, source: "anilist", addedBy: null };
}

export function wishOf(requestId: string, changes: Partial<ConfirmationWish> = {}): ConfirmationWish {
  return {
    requestId,
    picture: 0,
    anilistId: 7,
    title: "Title 7",
    userId: "1",
    guildId: "5",
    channelId: "6",
    isSubjectToApproval: false,
    ...changes,
  };
}
