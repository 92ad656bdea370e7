import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { hashFile } from "../manifest.ts";
import { syncFolder, UNFINISHED } from "../poster-files.ts";

/**
 * A folder of backups:
 *
 *     keys/keys-<ms>-<sha256>.sqlite                              the keys of the HTTP service as they are (copy-keys.ts)
 *     images/<2 hex>/<sha256>.<extension>                         every picture once
 *     history-<ms>-<random>/base-<position>-<ms>-<sha256>.sqlite  the poster store as it was
 *     history-<ms>-<random>/log-<first>-<last>-<ms>-<sha256>.ndjson.gz  every change since, part by part
 *
 * A history is one unbroken run of numbered changes of one store: its first piece is a base, its parts follow each
 * other without a gap, and later bases only shorten the way. A piece carries its checksum in its name, is written
 * beside and renamed, and is never changed.
 */
export interface Piece {
  /** relative to the archive: `history-…/…` */
  readonly name: string;
  readonly sha256: string;
  /** milliseconds since the epoch: when a base was taken, when the last transaction of a part ended */
  readonly at: number;
}

export interface Base extends Piece {
  /** the number of the last change it holds */
  readonly position: number;
}

export interface LogPart extends Piece {
  readonly first: number;
  readonly last: number;
}

export interface History {
  readonly name: string;
  /** oldest first; never empty */
  readonly bases: readonly Base[];
  /** in order; a number that is missing between two is a lost piece */
  readonly parts: readonly LogPart[];
}

const HISTORY = /^history-\d{13}-[0-9a-f]{8}$/;
const BASE = /^base-(\d{12})-(\d{13})-([0-9a-f]{64})\.sqlite$/;
const PART = /^log-(\d{12})-(\d{12})-(\d{13})-([0-9a-f]{64})\.ndjson\.gz$/;

/** Every history of an archive, oldest first; empty where there is none. Names are trusted here, contents are not. */
export async function readArchive(archiveDir: string): Promise<readonly History[]> {
  const names = (await namesIn(archiveDir)).filter((name) => HISTORY.test(name)).sort();
  const histories = await Promise.all(
    names.map(async (name) => {
      const files = (await namesIn(join(archiveDir, name))).sort();
      return {
        name,
        bases: files.flatMap((file) => toBase(name, file)),
        parts: files.flatMap((file) => toPart(name, file)),
      };
    }),
  );
  return histories.filter(({ bases }) => bases.length > 0);
}

export function newHistoryName(now: number): string {
  return `history-${now}-${randomBytes(4).toString("hex")}`;
}

export function baseName(history: string, { position, at, sha256 }: Omit<Base, "name">): string {
  return `${history}/base-${numbered(position)}-${at}-${sha256}.sqlite`;
}

export function partName(history: string, { first, last, at, sha256 }: Omit<LogPart, "name">): string {
  return `${history}/log-${numbered(first)}-${numbered(last)}-${at}-${sha256}.ndjson.gz`;
}

/** The piece that the log goes on from: the last part, or the base that the history began with. */
export function headOf({ bases, parts }: History): Piece | undefined {
  return parts.at(-1) ?? bases[0];
}

/** The last change that a history holds as a log. */
export function endOf({ bases, parts }: History): number {
  return parts.at(-1)?.last ?? bases[0]?.position ?? 0;
}

/**
 * Lets `fill` write a new file, forces it to the disk and measures it; it counts as a piece only once it is published.
 * @param fill is given the path of a file that is not there yet
 */
export async function stagePiece(folder: string, fill: (file: string) => Promise<void>) {
  const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
  if (isNew) await syncFolder(join(folder, ".."));
  const staged = join(folder, `${crypto.randomUUID()}${UNFINISHED}`);
  const discard = () => rm(staged, { force: true });
  try {
    await fill(staged);
    const handle = await open(staged, "r+");
    const { size: bytes } = await handle
      .sync()
      .then(() => handle.stat())
      .finally(() => handle.close());
    const sha256 = await hashFile(staged);
    const publish = async (name: string) => {
      await rename(staged, join(folder, basename(name)));
      await syncFolder(folder);
    };
    return { sha256, bytes, publish, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** What killed backups left behind; call it under the lock of the archive. */
export async function sweepUnfinished(archiveDir: string): Promise<void> {
  for (const history of (await namesIn(archiveDir)).filter((name) => HISTORY.test(name))) {
    const files = await namesIn(join(archiveDir, history));
    // SQLite puts its journal beside a base that it is still writing.
    for (const file of files.filter((name) => name.includes(UNFINISHED)))
      await rm(join(archiveDir, history, file), { force: true });
  }
}

/** @returns why a piece cannot be used, null when it is what its name says */
export async function pieceProblem(archiveDir: string, { name, sha256 }: Piece): Promise<string | null> {
  try {
    return (await hashFile(join(archiveDir, name))) === sha256 ? null : `${name} is damaged`;
  } catch (error) {
    return `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export const imagesFolder = (archiveDir: string) => join(archiveDir, "images");

function toBase(history: string, file: string): readonly Base[] {
  const [, position, at, sha256] = BASE.exec(file) ?? [];
  if (sha256 === undefined) return [];
  return [{ name: `${history}/${file}`, position: Number(position), at: Number(at), sha256 }];
}

function toPart(history: string, file: string): readonly LogPart[] {
  const [, first, last, at, sha256] = PART.exec(file) ?? [];
  if (sha256 === undefined) return [];
  return [{ name: `${history}/${file}`, first: Number(first), last: Number(last), at: Number(at), sha256 }];
}

function numbered(position: number): string {
  return String(position).padStart(12, "0");
}

export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throw error;
  }
}
