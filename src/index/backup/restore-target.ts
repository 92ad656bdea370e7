import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { OpfindError } from "../../errors.ts";
import { posterDatabaseFile } from "../poster-database.ts";
import { PosterFiles, UNFINISHED } from "../poster-files.ts";
import type { BackupDeps } from "./backup-deps.ts";
import { posterImages } from "./copy-images.ts";

interface Wish {
  readonly isForced: boolean;
  /** images that the restore brings: the same ones may be there already, from a restore that was killed */
  readonly names: readonly string[];
}

/** Looks before any work is done; `prepareTarget` looks again. @throws OpfindError restore-refused */
export function requireFree(dataDir: string): void {
  if (existsSync(posterDatabaseFile(dataDir))) throw refused(dataDir, "a poster store");
}

/**
 * Makes room for a restored store. Never deletes: with force the former store, its images and index are put into a
 * folder beside, and its index is built anew.
 * @returns that folder, null when nothing was in the way
 * @throws OpfindError restore-refused | store-busy
 */
export async function prepareTarget({ dataDir, clock }: BackupDeps, { isForced, names }: Wish): Promise<string | null> {
  const file = posterDatabaseFile(dataDir);
  const images = posterImages(dataDir);
  await mkdir(images, { recursive: true });
  const brought = new Set(names);
  // Beside images there may be halves of some, from a restore or an import that was killed.
  const isImage = (name: string) => !name.endsWith(UNFINISHED);
  const foreign = (await new PosterFiles(images).list()).filter((name) => isImage(name) && !brought.has(name));
  if (!existsSync(file) && foreign.length === 0) return null;
  if (!isForced) {
    requireFree(dataDir);
    throw refused(dataDir, `${foreign.length} pictures that are not in the backup`);
  }
  if (existsSync(file)) requireUnused(file);
  const aside = join(dataDir, `before-restore-${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, "-")}`);
  await mkdir(join(aside, "embeddings"), { recursive: true });
  for (const end of ["", "-wal", "-shm"])
    await moveIfThere(`${file}${end}`, join(aside, "embeddings", `posters.sqlite${end}`));
  await moveIfThere(join(dataDir, "embeddings", "index"), join(aside, "embeddings", "index"));
  await rename(images, join(aside, "poster_db"));
  await mkdir(images);
  return aside;
}

function refused(dataDir: string, what: string): OpfindError {
  return new OpfindError("restore-refused", `${dataDir} holds ${what} already.`);
}

/** Another process would go on writing into the store that was moved away. */
function requireUnused(file: string): void {
  const database = new Database(file, { timeout: 0 });
  try {
    // In this mode the lock covers readers as well; the next statement takes it.
    database.pragma("locking_mode = EXCLUSIVE");
    database.exec("BEGIN EXCLUSIVE; COMMIT");
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith("SQLITE_BUSY")) return; // damaged: moved all the same
    throw new OpfindError("store-busy", `${file} is in use: stop every opfind that uses this folder first.`, {
      cause: error,
    });
  } finally {
    database.close();
  }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  if (existsSync(from)) await rename(from, to);
}
