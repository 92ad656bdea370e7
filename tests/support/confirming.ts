import { onTestFinished } from "vitest";
import type { Poster } from "../../src/domain/poster.ts";
import { openLedger } from "../../src/index/confirmation-ledger.ts";
import { openPendingStore } from "../../src/index/pending-store.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { type ConfirmDeps, openConfirming } from "../../src/pipeline/confirm.ts";
import type { ConfirmationWish } from "../../src/pipeline/confirming.ts";
import type { PosterToLearn } from "../../src/pipeline/learn-poster.ts";
import type { Clock } from "../../src/pipeline/ports.ts";
import { embeddingOf, posterOf, sha256, stillClock } from "./posters.ts";
import { tempDir } from "./temp-dir.ts";

const DAY_MS = 24 * 60 * 60_000;

/** The network's part: every picture has one embedding. */
async function prepare({ bytes, anime, source, addedBy }: PosterToLearn) {
  const image = { bytes, extension: "jpg" };
  const embeddings = [{ view: "full", embedding: embeddingOf(bytes.length) }];
  return { ...posterOf(1), anime, image, sha256: sha256(bytes), source, addedBy, embeddings };
}

/** A poster store with its ledger and the stage that confirms; nothing is known at first. */
export function openConfirmingStore({
  dataDir = tempDir(),
  clock = stillClock(),
  ...changes
}: Partial<Omit<ConfirmDeps, "clock">> & { dataDir?: string; clock?: Clock } = {}) {
  const store = openPosterStore({ dataDir, clock });
  onTestFinished(() => store.close());
  const ledger = openLedger(store, clock);
  const pending = openPendingStore(store, clock);
  const confirming = openConfirming({
    ledger,
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
  const posters = async () => {
    const all: Poster[] = [];
    for await (const poster of store.list()) all.push(poster);
    return all;
  };
  return { store, posters, ledger, pending, confirming, ask };
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
