import { join } from "node:path";
import Database from "better-sqlite3";
import { translated } from "../sqlite.ts";
import type { Base, History } from "./archive.ts";
import { imageOf, readLogPart } from "./log-part.ts";

/** The images that some moment of a history needs. @throws when a piece cannot be read */
export async function referencedImages(archiveDir: string, { bases, parts }: History): Promise<ReadonlySet<string>> {
  const images = new Set<string>();
  for (const base of bases) for (const image of imagesOfBase(archiveDir, base)) images.add(image);
  for (const { name } of parts) {
    for await (const { line } of readLogPart(join(archiveDir, name))) {
      const image = imageOf(line);
      if (image !== null) images.add(image);
    }
  }
  return images;
}

function imagesOfBase(archiveDir: string, { name }: Base): readonly string[] {
  const file = join(archiveDir, name);
  return translated(file, () => {
    const database = new Database(file, { readonly: true, fileMustExist: true });
    try {
      return imagesOfPosters(database);
    } finally {
      database.close();
    }
  });
}

export function imagesOfPosters(database: Database.Database): readonly string[] {
  return database.prepare<[], string>("SELECT DISTINCT file FROM posters WHERE file IS NOT NULL").pluck().all();
}
