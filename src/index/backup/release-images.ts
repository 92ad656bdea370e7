import type { Database } from "better-sqlite3";
import type { Clock } from "../../pipeline/ports.ts";
import { writeLogged } from "../change-log.ts";
import { PosterFiles } from "../poster-files.ts";
import { PosterImages } from "../poster-images.ts";
import { prepareStatements } from "../poster-statements.ts";
import { posterImages } from "./copy-images.ts";

interface Releasing {
  readonly database: Database;
  readonly dataDir: string;
  readonly clock: Clock;
}

/** Deletes images that only waited for the backup: removed posters', in use by no other. */
export function releaseImages({ database, dataDir, clock }: Releasing, names: readonly string[]): void {
  const locked = (work: () => void) => writeLogged(database, clock, work);
  new PosterImages(new PosterFiles(posterImages(dataDir)), prepareStatements(database), { clock, locked }).removeUnused(
    names,
  );
}
