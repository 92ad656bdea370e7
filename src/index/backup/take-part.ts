import { join } from "node:path";
import { changeLines } from "../change-log.ts";
import { imagesFolder, partName, stagePiece } from "./archive.ts";
import type { Taking } from "./backup-deps.ts";
import { copyImages, posterImages } from "./copy-images.ts";
import { acknowledge, announce, formerImages } from "./hand-over.ts";
import { imageOf, parseLine, writeLogPart } from "./log-part.ts";
import { releaseImages } from "./release-images.ts";

interface Range {
  readonly history: string;
  readonly after: number;
  readonly end: number;
}

/** Moves one part of the log into the archive, images first: a part that is there lacks nothing. */
export async function archiveChanges({ deps, database, signal }: Taking, { history, after, end }: Range) {
  const { archiveDir, dataDir, clock, onProgress } = deps;
  const seen = { images: new Set<string>(), at: clock.now() };
  const watched = function* () {
    const now = new Date(clock.now()).toISOString();
    for (const text of changeLines(database, { after, end, now })) {
      const line = parseLine(text);
      const image = imageOf(line);
      if (image !== null) seen.images.add(image);
      if ("commit" in line) seen.at = Date.parse(line.commit);
      onProgress("changes", line.id - after, end - after);
      yield text;
    }
  };
  // One snapshot for all of it: what a row became is partly read from the tables.
  database.exec("BEGIN");
  const staged = await stagePiece(join(archiveDir, history), (file) => writeLogPart(file, watched(), signal)).finally(
    () => database.exec("COMMIT"),
  );
  try {
    const { copied, unreadable } = await copyImages(
      {
        from: posterImages(dataDir),
        to: imagesFolder(archiveDir),
        names: [...seen.images],
        onImage: (done, total) => onProgress("pictures", done, total),
      },
      signal,
    );
    const name = partName(history, { first: after + 1, last: end, at: seen.at, sha256: staged.sha256 });
    const former = formerImages(database, end);
    announce(database, name);
    await staged.publish(name);
    acknowledge(database, name, end);
    releaseImages({ database, dataDir, clock }, former);
    return { images: copied, bytes: staged.bytes, unreadable };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}
