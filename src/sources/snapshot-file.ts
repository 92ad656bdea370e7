import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { z } from "zod";
import { OpfindError } from "../errors.ts";

/** The file's format; scripts/build-snapshot.mjs writes it. */
const VERSION = 1;
/** Unpacked it has 2 MB: a file that unpacks to far more is not ours. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

const Header = z.object({
  version: z.literal(VERSION),
  /** ISO day on which the sources were read */
  date: z.iso.date(),
  sources: z.array(z.string()),
  counts: z.object({ anime: z.int(), withThemes: z.int(), themes: z.int() }),
});

const Theme = z.object({
  kind: z.enum(["OP", "ED"]),
  sequence: z.int().positive().optional(),
  group: z.string().optional(),
  romaji: z.string().optional(),
  native: z.string().optional(),
  /** name, and the character sung as */
  artists: z.array(z.union([z.tuple([z.string()]), z.tuple([z.string(), z.string()])])).optional(),
  /** first and last episode, null for an open end */
  episodes: z.array(z.tuple([z.number(), z.number().nullable()])).optional(),
  notes: z.string().optional(),
});

const Row = z.object({
  id: z.int().positive(),
  mal: z.int().positive().optional(),
  romaji: z.string(),
  english: z.string().optional(),
  native: z.string().optional(),
  synonyms: z.array(z.string()).optional(),
  format: z.enum(["TV", "TV_SHORT", "MOVIE", "SPECIAL", "OVA", "ONA", "MUSIC"]).optional(),
  /** year, month, day as far as known */
  date: z.array(z.int()).min(1).max(3).optional(),
  episodes: z.int().positive().optional(),
  adult: z.literal(true).optional(),
  relations: z.array(z.tuple([z.string(), z.int()])).optional(),
  /** the anime's own list of relations was read: without it others may exist */
  related: z.literal(true).optional(),
  /** absent when the sources catalogue no song */
  themes: z.array(Theme).optional(),
});

export type SnapshotHeader = z.infer<typeof Header>;
export type SnapshotRow = z.infer<typeof Row>;
export type SnapshotTheme = z.infer<typeof Theme>;

export interface SnapshotFile {
  readonly header: SnapshotHeader;
  readonly rows: ReadonlyMap<number, SnapshotRow>;
}

/**
 * Reads and checks the bundled snapshot: gzip, JSON lines, a header first.
 * @throws OpfindError source-down when the file cannot be read, source-other-shape when it is not a snapshot
 */
export async function readSnapshotFile(file: string): Promise<SnapshotFile> {
  const lines = (await unpack(file)).trimEnd().split("\n");
  try {
    const [header, ...rows] = lines.map((line): unknown => JSON.parse(line));
    const checked = rows.map((row) => Row.parse(row));
    return { header: Header.parse(header), rows: new Map(checked.map((row) => [row.id, row])) };
  } catch (cause) {
    throw broken(file, cause);
  }
}

/** @throws OpfindError like readSnapshotFile */
export async function unpack(file: string): Promise<string> {
  const packed = await readFile(file).catch((cause: unknown) => {
    const message = `The bundled file ${file} cannot be read. Install opfind again, or set the file's access rights.`;
    throw new OpfindError("source-down", message, { cause, details: { file } });
  });
  const unpacked = promisify(gunzip)(packed, { maxOutputLength: MAX_UNPACKED_BYTES });
  return (await unpacked.catch((cause: unknown) => Promise.reject(broken(file, cause)))).toString("utf8");
}

export function broken(file: string, cause: unknown): OpfindError {
  const message = `The bundled file ${file} is damaged or of another version. Install opfind again.`;
  return new OpfindError("source-other-shape", message, { cause, details: { file } });
}
