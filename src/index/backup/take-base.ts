import { join } from "node:path";
import Database from "better-sqlite3";
import { OpfindError } from "../../errors.ts";
import { logPosition } from "../change-log.ts";
import { baseName, imagesFolder, stagePiece } from "./archive.ts";
import type { Taking } from "./backup-deps.ts";
import { copyImages, posterImages } from "./copy-images.ts";
import { acknowledge, announce, formerImages } from "./hand-over.ts";
import { imagesOfPosters } from "./referenced-images.ts";
import { releaseImages } from "./release-images.ts";

/** 1 MB at a time: between two steps the process does its other work. */
const PAGES_PER_STEP = 256;

/** Copies the whole store as it is at one moment, whoever writes meanwhile. Nothing counts until it is published. */
export async function takeBase({ deps, database, signal }: Taking, history: string) {
  const { archiveDir, dataDir, clock, onProgress } = deps;
  const progress = ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }) => {
    if (signal.aborted) throw new OpfindError("aborted", "The backup was stopped.", { cause: signal.reason });
    onProgress("pages", totalPages - remainingPages, totalPages);
    return PAGES_PER_STEP;
  };
  // An open read keeps the moment: without it every write of another process would begin the copy anew.
  database.exec("BEGIN");
  const names = imagesOfPosters(database);
  const [position, at] = [logPosition(database), clock.now()];
  const staged = await stagePiece(join(archiveDir, history), async (file) => {
    await database.backup(file, { progress });
    leaveWal(file);
  }).finally(() => database.exec("COMMIT"));
  try {
    const copied = await copyImages(
      {
        from: posterImages(dataDir),
        to: imagesFolder(archiveDir),
        names,
        onImage: (done, total) => onProgress("pictures", done, total),
      },
      signal,
    );
    const name = baseName(history, { position, at, sha256: staged.sha256 });
    const publishAsHead = async () => {
      const former = formerImages(database, position);
      announce(database, name);
      await staged.publish(name);
      acknowledge(database, name, position);
      releaseImages({ database, dataDir, clock }, former);
    };
    return {
      position,
      bytes: staged.bytes,
      images: copied.copied,
      unreadable: copied.unreadable,
      publish: () => staged.publish(name),
      publishAsHead,
    };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** The copy says that it is in WAL mode, in which even reading makes files beside it. */
function leaveWal(file: string): void {
  const copy = new Database(file);
  try {
    copy.pragma("journal_mode = DELETE");
  } finally {
    copy.close();
  }
}
