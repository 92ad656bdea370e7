import { stat } from "node:fs/promises";
import { join } from "node:path";
import { OpfindError } from "../../errors.ts";
import { PosterFiles } from "../poster-files.ts";
import { stopIfAborted } from "../rows.ts";
import { type History, imagesFolder, pieceProblem, readArchive } from "./archive.ts";
import type { BackupDeps } from "./backup-deps.ts";
import { soundImage } from "./copy-images.ts";
import { keysProblem } from "./copy-keys.ts";
import { isWhole, stretches } from "./moments.ts";
import { referencedImages } from "./referenced-images.ts";

export interface ArchiveReport {
  readonly isSound: boolean;
  readonly histories: number;
  readonly pieces: number;
  readonly bytes: number;
  readonly images: number;
  /** unbroken stretches of moments that can be brought back, oldest first; times in ISO 8601 */
  readonly reachable: readonly {
    readonly from: string;
    readonly to: string;
    readonly positions: readonly [number, number];
  }[];
  /** what is damaged or missing, in words */
  readonly problems: readonly string[];
}

/** Reads every piece and every image of an archive. Changes nothing. @throws OpfindError backup-missing | aborted */
export async function verifyBackup(
  { archiveDir, onProgress }: Pick<BackupDeps, "archiveDir" | "onProgress">,
  signal: AbortSignal,
): Promise<ArchiveReport> {
  const histories = await readArchive(archiveDir);
  if (histories.length === 0) throw new OpfindError("backup-missing", `There is no backup in ${archiveDir}.`);
  const pieces = histories.flatMap(({ bases, parts }) => [...bases, ...parts]);
  const lost = new Map<string, string>();
  let bytes = 0;
  for (const [at, piece] of pieces.entries()) {
    stopIfAborted(signal);
    const problem = await pieceProblem(archiveDir, piece);
    if (problem !== null) lost.set(piece.name, problem);
    else bytes += (await stat(join(archiveDir, piece.name))).size;
    onProgress("pieces", at + 1, pieces.length);
  }
  const checked = histories.map((history) => lookAt(history, (name) => lost.has(name)));
  const images = await checkImages(
    { archiveDir, onProgress },
    histories.map((history) => without(history, lost)),
    signal,
  );
  const gaps = checked.flatMap((one) => one.gaps);
  const keys = await keysProblem(archiveDir);
  const problems = [...lost.values(), ...gaps, ...images.problems, ...(keys === null ? [] : [keys])];
  return {
    isSound: problems.length === 0,
    histories: histories.length,
    pieces: pieces.length,
    bytes,
    images: images.count,
    reachable: checked.flatMap(({ reached }) =>
      reached.map(({ from, to }) => ({
        from: iso(from.at),
        to: iso(to.at),
        positions: [from.position, to.position] as const,
      })),
    ),
    problems,
  };
}

function lookAt(history: History, isLost: (name: string) => boolean) {
  const reached = stretches(history, isLost);
  const isMissing = !isWhole(
    history,
    stretches(history, () => false),
  );
  return { reached, gaps: isMissing ? [`pieces of ${history.name} are missing`] : [] };
}

function without({ name, bases, parts }: History, lost: ReadonlyMap<string, string>): History {
  return {
    name,
    bases: bases.filter((base) => !lost.has(base.name)),
    parts: parts.filter((part) => !lost.has(part.name)),
  };
}

async function checkImages(
  { archiveDir, onProgress }: Pick<BackupDeps, "archiveDir" | "onProgress">,
  histories: readonly History[],
  signal: AbortSignal,
) {
  const names = new Set<string>();
  for (const history of histories) for (const name of await referencedImages(archiveDir, history)) names.add(name);
  const files = new PosterFiles(imagesFolder(archiveDir));
  const problems: string[] = [];
  let done = 0;
  for (const name of names) {
    stopIfAborted(signal);
    if ((await soundImage(files, name)) === null) problems.push(`images/${name} is missing or damaged`);
    onProgress("pictures", ++done, names.size);
  }
  return { count: names.size, problems };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
