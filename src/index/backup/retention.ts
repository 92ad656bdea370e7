import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { PosterFiles } from "../poster-files.ts";
import { stopIfAborted } from "../rows.ts";
import { type History, imagesFolder, type Piece, readArchive } from "./archive.ts";
import type { BackupDeps } from "./backup-deps.ts";
import { referencedImages } from "./referenced-images.ts";

const DAY_MS = 24 * 60 * 60_000;

/**
 * Deletes what no moment of the last days needs; call it under the lock of the archive. Pieces go oldest first and bases
 * before their changes, so that a kill leaves nothing that looks whole and is not.
 * @returns how many pieces and images were deleted
 */
export async function deleteOld(
  { archiveDir, clock, log }: Pick<BackupDeps, "archiveDir" | "clock" | "log">,
  keepDays: number,
  signal: AbortSignal,
): Promise<number> {
  const histories = await readArchive(archiveDir);
  const old = histories.flatMap((history, at) => outdated(history, histories[at + 1], clock.now() - keepDays * DAY_MS));
  if (old.length === 0) return 0;
  for (const { name } of old) {
    stopIfAborted(signal);
    await rm(join(archiveDir, name), { force: true });
  }
  for (const { name } of histories) await removeIfEmpty(join(archiveDir, name));
  const images = await deleteUnreferenced(archiveDir, signal);
  log.info(`${old.length} pieces and ${images} pictures older than ${keepDays} days were deleted from the backup`);
  return old.length + images;
}

/** A moment between two histories is the end of the former, so that one stays until the latter is old enough. */
function outdated({ bases, parts }: History, next: History | undefined, cutoff: number): readonly Piece[] {
  const followedAt = next?.bases[0]?.at;
  if (followedAt !== undefined && followedAt <= cutoff) return [...bases, ...parts];
  const start = bases.findLast(({ at }) => at <= cutoff);
  if (!start) return [];
  // The piece that the store's log goes on from stays: without it a new history would begin.
  const head = parts.at(-1) ?? bases[0];
  const pieces = [
    ...bases.filter(({ position, at }) => at < start.at && position <= start.position),
    ...parts.filter(({ last }) => last <= start.position),
  ];
  return pieces.filter((piece) => piece !== head);
}

async function removeIfEmpty(folder: string): Promise<void> {
  if ((await readdir(folder)).length === 0) await rm(folder, { recursive: true });
}

async function deleteUnreferenced(archiveDir: string, signal: AbortSignal): Promise<number> {
  const kept = new Set<string>();
  for (const history of await readArchive(archiveDir)) {
    for (const image of await referencedImages(archiveDir, history)) kept.add(image);
  }
  const files = new PosterFiles(imagesFolder(archiveDir));
  const unused = (await files.list()).filter((name) => !kept.has(name));
  for (const name of unused) {
    stopIfAborted(signal);
    files.removeIfPresent(name);
  }
  return unused.length;
}
