import { lookup } from "node:dns/promises";
import { stopped } from "./abort.ts";
import type { Backend, CoverWish, ReadTierList } from "./discord/backend.ts";
import { openCooldowns } from "./discord/cooldowns.ts";
import type { AnilistId } from "./domain/anime.ts";
import { OpfindError } from "./errors.ts";
import { openSettingsStore } from "./index/bot-settings.ts";
import { SqliteLedger } from "./index/confirmation-ledger.ts";
import { LocalConfirmations } from "./index/local-confirmations.ts";
import { openPendingStore } from "./index/pending-store.ts";
import { SqlitePosterStore } from "./index/poster-store.ts";
import { RemoteConfirmations } from "./index/remote-confirmations.ts";
import { coverUrlOf } from "./pipeline/add-covers.ts";
import { ByteBudget } from "./pipeline/byte-budget.ts";
import { openConfirming } from "./pipeline/confirm.ts";
import type { Confirmed, ConfirmedPosters, Confirming } from "./pipeline/confirming.ts";
import { decodeBoard } from "./pipeline/decode.ts";
import type { Turn } from "./pipeline/fair-line.ts";
import { preparePoster } from "./pipeline/learn-poster.ts";
import { segment } from "./pipeline/segment.ts";
import type { TierList } from "./pipeline/tier-list.ts";
import { type DiscordFiles, openDiscordFiles } from "./sources/discord-files.ts";
import type { ResidentProcess } from "./wire-resident.ts";
import type { WireContext } from "./wire-sources.ts";

// The part of the composition root that only the bot needs.

/** Draws a tier list's names on its picture. */
export type Annotate = (bytes: Uint8Array, list: TierList, format: "webp") => Promise<Uint8Array>;

/** Fewer pictures in rows are a screenshot or a fan art, and nobody means them as a tier list. */
const LEAST_CELLS = 8;
/** Discord's limit of a file. */
const MAX_COPY_BYTES = 10 * 1024 * 1024;
/** Of the pictures that are downloaded and not answered yet: a dozen of the largest, and a hundred of the usual ones. */
const MAX_PICTURE_BYTES = 128 * 1024 * 1024;
/** People wait for the candidates, not for their covers. */
const COVER_PATIENCE_MS = 3_000;

/** Opens Discord's file server, behind the list of allowed hosts. */
export function openAttachments({ config }: Pick<WireContext, "config">): DiscordFiles {
  const resolve = (host: string) => lookup(host, { all: true });
  return openDiscordFiles({ hosts: config.env.DISCORD_CDN_HOSTS, resolve });
}

/** All that the shards ask for, on the parts of one resident process. */
export function openBackend(
  process: ResidentProcess,
  { config }: Pick<WireContext, "config">,
  annotate: Annotate,
): Backend & Pick<Confirming, "payCovers" | "expire" | "finish"> {
  const { resident, gallery, file } = process;
  const { env } = config;
  const pending = openPendingStore(file, gallery.clock);
  const settings = openSettingsStore(file, gallery.clock);
  const cooldowns = openCooldowns({ perUser: env.OPFIND_USER_QUESTIONS, perGuild: env.OPFIND_GUILD_QUESTIONS });
  const confirming = confirmingOn(process, {
    perUser: env.OPFIND_USER_CONFIRMATIONS,
    perGuild: env.OPFIND_GUILD_CONFIRMATIONS,
  });
  const { reindexing } = resident;
  const counted = (confirmed: Confirmed) => {
    process.metrics.confirmed(confirmed.kind);
    return confirmed;
  };
  const room = new ByteBudget(MAX_PICTURE_BYTES);
  return {
    ...resident,
    confirm: async (wish, turn, signal) => counted(await confirming.confirm(wish, turn, signal)),
    approve: async (picture, by, turn, signal) => counted(await confirming.approve(picture, by, turn, signal)),
    reject: (picture, decidedBy) => confirming.reject(picture, decidedBy),
    undo: (confirmationId, by) => confirming.undo(confirmationId, by),
    standing: (picture) => confirming.standing(picture),
    confirmationOf: (posterId) => confirming.confirmationOf(posterId),
    picture: (picture) => confirming.picture(picture),
    recent: (guildId, limit) => confirming.recent(guildId, limit),
    waiting: (guildId, limit) => confirming.waiting(guildId, limit),
    expire: () => confirming.expire(),
    finish: (signal) => confirming.finish(signal),
    payCovers: (signal) => confirming.payCovers(signal),
    readTierList: (bytes, turn, signal) => readTierList(bytes, { turn, process, annotate }, signal),
    looksLikeBoard: (bytes, turn, signal) => looksLikeBoard(bytes, { turn, process }, signal),
    cover: (wish, signal) => coverOf(wish, process, signal),
    savePending: (row, images) => pending.save(row, images),
    findPending: (requestId) => pending.find(requestId),
    readSettings: (guildId) => settings.read(guildId),
    writeSettings: (guildId, written) => settings.write(guildId, written),
    takeTurn: (asker) => cooldowns.take(asker),
    startReindex: (wish) => reindexing.start(wish),
    latestReindex: () => reindexing.latest(),
    cancelReindex: (jobId) => reindexing.cancel(jobId),
    async watchReindex(onChange, signal) {
      const unwatch = reindexing.watch(onChange);
      await stopped(signal);
      unwatch();
    },
    async holdRoom(bytes, turn, onRoom, signal) {
      const giveBack = await room.take(bytes, turn, signal);
      onRoom();
      await stopped(signal);
      giveBack();
    },
  };
}

function wordsOf({ gallery: { store, clock }, file }: ResidentProcess): {
  readonly ledger: SqliteLedger;
  readonly posters: ConfirmedPosters;
} {
  return file.sharing((database) => {
    const ledger = new SqliteLedger(database, clock);
    if (store instanceof SqlitePosterStore) return { ledger, posters: new LocalConfirmations(store, ledger) };
    return { ledger, posters: new RemoteConfirmations({ database, ledger, gallery: store, clock }) };
  });
}

function confirmingOn(process: ResidentProcess, limits: Parameters<typeof openConfirming>[0]["limits"]): Confirming {
  const { resident, gallery, queue, cover } = process;
  const officialCover = async (anilistId: AnilistId, signal: AbortSignal) => {
    const anime = await resident.card(anilistId, signal);
    if (!anime) throw new OpfindError("anime-unknown", `AniList knows no anime ${anilistId}.`);
    const file = coverUrlOf(anime);
    return { bytes: await cover(file, signal), file, anime, source: "anilist", addedBy: null };
  };
  return openConfirming({
    ...wordsOf(process),
    prepare: (poster, turn, signal) => queue.run(() => preparePoster(poster, gallery, signal), turn, signal),
    officialCover,
    learn: (poster, turn, signal) => resident.learn(poster, turn, signal),
    onStored: () => gallery.index.follow(),
    limits,
    clock: gallery.clock,
  });
}

interface Looking {
  readonly process: ResidentProcess;
  readonly turn: Turn;
}

async function readTierList(
  bytes: Uint8Array,
  { process, turn, annotate }: Looking & { readonly annotate: Annotate },
  signal: AbortSignal,
): Promise<ReadTierList> {
  const list = await process.resident.readTierList(bytes, turn, signal);
  const copy = list.rows.length > 0 ? await annotate(bytes, list, "webp") : null;
  return { list, copy: copy && copy.length <= MAX_COPY_BYTES ? copy : null };
}

async function looksLikeBoard(bytes: Uint8Array, { process, turn }: Looking, signal: AbortSignal): Promise<boolean> {
  const cells = await process.queue.run(
    async () => segment(await decodeBoard(bytes, signal)).cells.length,
    turn,
    signal,
  );
  return cells >= LEAST_CELLS;
}

/** The very poster that was found says most; the starter pack has none, so AniList's cover stands in for it. */
async function coverOf({ posterId, coverUrl }: CoverWish, { resident, cover }: ResidentProcess, signal: AbortSignal) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), COVER_PATIENCE_MS);
  try {
    const own = await resident.posterImage(posterId);
    if (own || coverUrl === null) return own;
    return await cover(coverUrl, AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (signal.aborted || !(error instanceof OpfindError)) throw error;
    return null; // drawn by its title
  } finally {
    clearTimeout(timer);
  }
}
