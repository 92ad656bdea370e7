import type { AnilistId, Anime } from "../domain/anime.ts";
import type { PosterId } from "../domain/poster.ts";
import type { Confirming } from "../pipeline/confirming.ts";
import type { Turn } from "../pipeline/fair-line.ts";
import type { PendingStore, SettingsStore } from "../pipeline/pending.ts";
import type { ReindexJob, ReindexWish } from "../pipeline/reindexing.ts";
import type { Resident } from "../pipeline/resident.ts";
import type { TierList } from "../pipeline/tier-list.ts";
import type { Asker, Cooldown } from "./cooldowns.ts";

/** A tier list that was read, with its picture on which every cell is named. */
export interface ReadTierList {
  readonly list: TierList;
  /** WebP; null when it could not be drawn or is too large to send */
  readonly copy: Uint8Array | null;
}

/**
 * All that a shard of the bot asks for: one process holds the network, the gallery and what waits for a click, however
 * many shards there are. Each method is asynchronous and takes and gives what can be cloned, `AbortSignal`s and
 * callbacks apart, which remote-backend.ts carries over.
 */
export interface Backend
  extends Pick<Resident, "identify" | "songsOf" | "suggest" | "findTitle" | "card" | "labels" | "forget" | "facts">,
    Omit<Confirming, "payCovers" | "expire" | "finish"> {
  /** @throws like `Resident.readTierList` */
  readTierList(bytes: Uint8Array, turn: Turn, signal: AbortSignal): Promise<ReadTierList>;
  /** Does the picture look like a tier list or collage? @throws OpfindError image-* | queue-* | aborted */
  looksLikeBoard(bytes: Uint8Array, turn: Turn, signal: AbortSignal): Promise<boolean>;
  /** A cover to tell candidates apart: the poster that was found, else the official one; null when neither is to be had soon. */
  cover(anime: CoverWish, signal: AbortSignal): Promise<Uint8Array | null>;
  /**
   * Keeps room for the bytes of a question's pictures, over all shards, until the signal says stop.
   * @param onRoom is called when its turn has come
   * @throws OpfindError queue-full | queue-late | aborted, before there was room
   */
  holdRoom(bytes: number, turn: Turn, onRoom: () => void, signal: AbortSignal): Promise<void>;
  savePending(...saved: Parameters<PendingStore["save"]>): Promise<void>;
  findPending: PendingStore["find"];
  readSettings: SettingsStore["read"];
  writeSettings: SettingsStore["write"];
  /** Counts a question against the limits of its person and server. */
  takeTurn(asker: Asker): Promise<Cooldown>;
  /** @throws OpfindError reindex-running */
  startReindex(wish: ReindexWish): Promise<ReindexJob>;
  latestReindex(): Promise<ReindexJob | null>;
  /** @returns false when this job does not run (any more) */
  cancelReindex(jobId: number): Promise<boolean>;
  /** Tells every change of a re-index until the signal says stop. */
  watchReindex(onChange: (job: ReindexJob) => void, signal: AbortSignal): Promise<void>;
}

export interface CoverWish {
  readonly anilistId: AnilistId;
  readonly coverUrl: Anime["coverUrl"];
  readonly posterId: PosterId;
}
