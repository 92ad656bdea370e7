import { existsSync } from "node:fs";
import { copyFile, link, open, rm } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { keysFile } from "../key-store.ts";
import { syncFolder, UNFINISHED } from "../poster-files.ts";
import { translated } from "../sqlite.ts";
import { namesIn, type Piece, pieceProblem, stagePiece } from "./archive.ts";
import type { BackupDeps } from "./backup-deps.ts";

/**
 * The keys of the HTTP service have a file of their own and no history here: the archive has them as they are now, in
 * `keys/keys-<ms>-<sha256>.sqlite`. An older moment of the posters must not bring a revoked key back.
 */
const KEYS = /^keys-(\d{13})-([0-9a-f]{64})\.sqlite$/;

const folderOf = (archiveDir: string) => join(archiveDir, "keys");

/** Copies the keys where they changed; call it under the lock of the archive. */
export async function backUpKeys({ archiveDir, dataDir, clock }: BackupDeps): Promise<void> {
  const [file, folder] = [keysFile(dataDir), folderOf(archiveDir)];
  if (!existsSync(file)) return;
  const database = translated(file, () => new Database(file));
  try {
    await sweepUnfinished(folder);
    const staged = await stagePiece(folder, async (copy) => void (await database.backup(copy)));
    const former = await keysPieces(archiveDir);
    const newest = former.at(-1);
    const isThere = newest?.sha256 === staged.sha256 && (await pieceProblem(archiveDir, newest)) === null;
    if (isThere) return await staged.discard();
    await staged.publish(`keys-${clock.now()}-${staged.sha256}.sqlite`);
    for (const { name } of former) await rm(join(archiveDir, name), { force: true });
  } finally {
    database.close();
  }
}

/** What is wrong with the copy; null when it is sound, or when there is none. */
export async function keysProblem(archiveDir: string): Promise<string | null> {
  const newest = (await keysPieces(archiveDir)).at(-1);
  return newest ? await pieceProblem(archiveDir, newest) : null;
}

/** Brings the keys back where there are none. @returns whether it did */
export async function restoreKeys({ archiveDir, dataDir, log }: BackupDeps): Promise<boolean> {
  const newest = (await keysPieces(archiveDir)).at(-1);
  if (!newest) return false;
  const problem = await pieceProblem(archiveDir, newest);
  if (problem !== null) {
    log.warn(`the API keys do not come back: ${problem}`);
    return false;
  }
  const target = keysFile(dataDir);
  const part = `${target}.${crypto.randomUUID()}${UNFINISHED}`;
  try {
    await copyFile(join(archiveDir, newest.name), part);
    const handle = await open(part, "r+");
    await handle.sync().finally(() => handle.close());
    await link(part, target);
    await syncFolder(join(dataDir, "embeddings"));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(part, { force: true });
  }
}

/** Oldest first; more than one only after a kill. */
async function keysPieces(archiveDir: string): Promise<readonly Piece[]> {
  const names = (await namesIn(folderOf(archiveDir))).sort();
  return names.flatMap((name) => {
    const [, at, sha256] = KEYS.exec(name) ?? [];
    return sha256 === undefined ? [] : [{ name: `keys/${name}`, at: Number(at), sha256 }];
  });
}

async function sweepUnfinished(folder: string): Promise<void> {
  const left = (await namesIn(folder)).filter((name) => name.includes(UNFINISHED));
  for (const name of left) await rm(join(folder, name), { force: true });
}
