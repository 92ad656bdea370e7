import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { OpfindError } from "../../errors.ts";
import { posterDatabaseFile } from "../poster-database.ts";
import { storeFailure } from "../sqlite.ts";
import { endOf, type History, imagesFolder, pieceProblem, readArchive } from "./archive.ts";
import type { BackupDeps } from "./backup-deps.ts";
import { copyImages, posterImages } from "./copy-images.ts";
import { restoreKeys } from "./copy-keys.ts";
import { historyOf, isWhole, type Moment, stretches, waysTo } from "./moments.ts";
import { Rebuilt } from "./rebuilt-store.ts";
import { prepareTarget, requireFree } from "./restore-target.ts";

export interface RestoreOptions {
  /** null: the newest moment there is */
  readonly moment: Moment | null;
  /** set aside what is there instead of refusing */
  readonly isForced: boolean;
  /** a poster whose image the backup lost comes back without it, instead of nothing coming back */
  readonly isLenient: boolean;
}

export interface RestoreReport {
  readonly history: string;
  /** of the last transaction that came back: its number, and when it ended (ISO 8601) */
  readonly position: number;
  readonly at: string;
  readonly posters: number;
  readonly embeddings: number;
  readonly images: number;
  /** posters whose image is lost; they are still recognised */
  readonly withoutImage: number;
  /** the keys of the HTTP service came back; keys that were there are left alone */
  readonly hasKeys: boolean;
  /** where the former data was put; null when there was none */
  readonly setAside: string | null;
}

/**
 * Brings the truth of a moment back into a data folder that has none: whole transactions, every piece and every image
 * checked. The store appears in one step at the end, so a restore that was killed is begun again by the same call. It is
 * a new store to every index, which is therefore built anew on opening.
 * @throws OpfindError backup-missing | backup-broken | restore-refused | store-busy | disk-full | aborted
 */
export async function restoreBackup(
  deps: BackupDeps,
  { moment, isForced, isLenient }: RestoreOptions,
  signal: AbortSignal,
): Promise<RestoreReport> {
  const { archiveDir, dataDir, onProgress } = deps;
  if (!isForced) requireFree(dataDir);
  try {
    const histories = await readArchive(archiveDir);
    const history = historyOf(histories, moment ?? NEWEST);
    if (!history) throw await unreachable(archiveDir, histories, moment);
    await mkdir(join(dataDir, "embeddings"), { recursive: true });
    const rebuilt = await rebuild({ deps, history, histories, signal }, moment);
    try {
      const names = rebuilt.images();
      const setAside = await prepareTarget(deps, { isForced, names });
      const onImage = (done: number, total: number) => onProgress("pictures", done, total);
      const from = imagesFolder(archiveDir);
      const { unreadable } = await copyImages({ from, to: posterImages(dataDir), names, onImage }, signal);
      if (unreadable.length > 0 && !isLenient) throw lostImages(unreadable);
      const counts = rebuilt.finish(unreadable, Math.max(...histories.map(endOf)) + 1);
      // Before the store: a restore that was killed is begun again, and keys that are there stay.
      const hasKeys = await restoreKeys(deps);
      await rebuilt.moveTo(posterDatabaseFile(dataDir));
      const { position, at } = rebuilt;
      const images = names.length - unreadable.length;
      return { history: history.name, position, at: new Date(at).toISOString(), ...counts, images, hasKeys, setAside };
    } finally {
      await rebuilt.discard();
    }
  } catch (error) {
    if (signal.aborted) throw new OpfindError("aborted", "The restore was stopped.", { cause: error });
    throw storeFailure(dataDir, error);
  }
}

const NEWEST: Moment = { kind: "time", at: Number.POSITIVE_INFINITY };

interface Rebuilding {
  readonly deps: BackupDeps;
  readonly history: History;
  readonly histories: readonly History[];
  readonly signal: AbortSignal;
}

/** Takes the shortest way whose pieces are sound. */
async function rebuild({ deps, history, histories, signal }: Rebuilding, moment: Moment | null): Promise<Rebuilt> {
  const problems: string[] = [];
  const wanted = moment ?? NEWEST;
  for (const { base, parts } of waysTo(history, wanted)) {
    const problem = await pieceProblem(deps.archiveDir, base);
    if (problem !== null) {
      problems.push(problem);
      continue;
    }
    const rebuilt = await Rebuilt.from(deps, base);
    try {
      const broken = await rebuilt.replay(parts, wanted, signal);
      if (broken === null) return rebuilt;
      problems.push(broken);
    } catch (error) {
      await rebuilt.discard();
      throw error;
    }
    await rebuilt.discard();
  }
  deps.log.warn(problems.join("; "));
  throw await unreachable(deps.archiveDir, histories, moment);
}

/** Says what can be had instead. Hashes the whole archive: whoever reads this has something to decide. */
async function unreachable(
  archiveDir: string,
  histories: readonly History[],
  moment: Moment | null,
): Promise<OpfindError> {
  if (histories.length === 0) return new OpfindError("backup-missing", `There is no backup in ${archiveDir}.`);
  const lost = new Set<string>();
  for (const { bases, parts } of histories) {
    for (const piece of [...bases, ...parts])
      if ((await pieceProblem(archiveDir, piece)) !== null) lost.add(piece.name);
  }
  const reachedOf = (history: History) => stretches(history, (name) => lost.has(name));
  const reached = histories.flatMap(reachedOf);
  const ranges = reached.map(({ from, to }) => `${iso(from.at)} to ${iso(to.at)}`);
  const what = moment === null ? "The newest moment" : `The moment ${told(moment)}`;
  const reachable = ranges.length > 0 ? `These can still be: ${ranges.join(", ")}.` : "No other can be, either.";
  const code = histories.every((history) => isWhole(history, reachedOf(history))) ? "backup-missing" : "backup-broken";
  return new OpfindError(code, `${what} cannot be brought back from ${archiveDir}. ${reachable}`, {
    details: { damaged: [...lost].join(", ") },
  });
}

function lostImages(names: readonly string[]): OpfindError {
  const message = `${names.length} pictures of the gallery are missing or damaged in the backup, for example ${names[0]}. With --lenient their posters come back without them.`;
  return new OpfindError("backup-broken", message);
}

function told(moment: Moment): string {
  return moment.kind === "time" ? iso(moment.at) : `after change ${moment.position}`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
