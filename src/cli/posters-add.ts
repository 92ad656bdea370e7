import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { OpfindError } from "../errors.ts";
import { addCovers, type CoverSummary, type Wish } from "../pipeline/add-covers.ts";
import type { AnimeMemory } from "../pipeline/ports.ts";
import type { ListStatus, UserList } from "../sources/anilist-list.ts";
import type { Covers } from "../sources/covers.ts";
import { lateProgress } from "./late-progress.ts";
import type { ImportGallery } from "./posters-import.ts";
import { refreshIndex } from "./refresh-index.ts";
import type { VerbContext } from "./verb.ts";
import { readWishList, toWish } from "./wish-list.ts";

/**
 * Covers of one run. AniList's terms forbid collecting its data in masses (https://docs.anilist.co/guide/terms-of-use):
 * what a person watches fits in a few runs, the whole catalogue does not.
 */
export const MAX_COVERS_PER_RUN = 500;
/** Each title is a question of its own to AniList; this many take half an hour. */
const MAX_TITLES = 500;

/** What of an open gallery it uses. */
interface AddGallery extends ImportGallery {
  readonly cards: AnimeMemory["anime"];
  readonly userList: UserList;
}

export interface AddWire {
  openGallery(context: VerbContext): Promise<AddGallery>;
  openCovers(context: VerbContext): Covers;
}

interface AddTask {
  /** AniList ids and titles */
  readonly words: readonly string[];
  readonly file: string | undefined;
  readonly userName: string | undefined;
  /** undefined: all of the list */
  readonly statuses: readonly ListStatus[] | undefined;
  readonly limit: number;
  readonly isJson: boolean;
  readonly stdin: Readable;
}

/**
 * `opfind posters add`: learns the official covers of anime by id, by title and from a person's AniList list.
 * @throws OpfindError when nothing could be added | list-missing | file-missing | usage | whatever `addCovers` throws
 */
export async function runAdd(context: VerbContext, wire: AddWire, task: AddTask): Promise<void> {
  const named = await namedWishes(task);
  const gallery = await wire.openGallery(context);
  const covers = wire.openCovers(context);
  try {
    const { userName, statuses, limit } = task;
    const listed = userName === undefined ? [] : await gallery.userList({ userName, statuses }, context.signal);
    const summary = await addShown([...named, ...listed], { ...gallery, ...covers, limit }, context);
    if (summary.added > 0) await refreshIndex(gallery, context);
    await tell(summary, task, context);
    requireSomething(summary);
  } finally {
    await covers.close();
    await gallery.close();
  }
}

async function namedWishes({ words, file, userName, statuses, stdin }: AddTask): Promise<readonly Wish[]> {
  if (words.length === 0 && file === undefined && userName === undefined) {
    throw new OpfindError("usage", "Which anime? Give AniList ids or titles, --file or --anilist-user.");
  }
  if (statuses && userName === undefined) {
    throw new OpfindError("usage", "--status chooses from a person's list: it needs --anilist-user.");
  }
  const written = words.flatMap((word) => toWish(word) ?? []);
  const wishes = [...written, ...(file === undefined ? [] : await readWishList(file, stdin))];
  const titles = wishes.filter((wish) => typeof wish === "string").length;
  if (titles <= MAX_TITLES) return wishes;
  throw new OpfindError("usage", `These are ${titles} titles; at most ${MAX_TITLES} are looked up in one run.`);
}

async function addShown(
  wishes: readonly Wish[],
  { limit, ...deps }: Omit<AddGallery, "close"> & Pick<Covers, "cover"> & { readonly limit: number },
  { output, signal }: VerbContext,
): Promise<CoverSummary> {
  const { onProgress, stop } = lateProgress(output, "adding covers");
  try {
    return await addCovers({ wishes, limit }, { ...deps, onProgress }, signal);
  } finally {
    stop();
  }
}

async function tell(summary: CoverSummary, { isJson }: AddTask, { output, config }: VerbContext): Promise<void> {
  const { added, duplicates, failed, unresolved, left } = summary;
  for (const { anime, message } of failed) output.note(`${anime}: ${message}`);
  for (const { why } of unresolved) output.note(why);
  const report = await writeReport(summary, resolve(config.dataDir, "embeddings", "add-report.txt"));
  if (isJson) {
    const questions = unresolved.map(({ title, why }) => ({ title, why }));
    output.json({ added, duplicates, failed, unresolved: questions, left, ...(report ? { report } : {}) });
    return;
  }
  output.line(
    `${added} added, ${duplicates} known already, ${failed.length} failed, ${unresolved.length} without an anime`,
  );
  if (left > 0)
    output.note(`${left} more ${left === 1 ? "is" : "are"} left for another run: the same command goes on there.`);
  if (report) output.note(`Choose among the ids in ${report}, then run:\n  opfind posters add --file ${report}`);
}

/** A list that `--file` reads again, once a person has taken the # away before the anime that were meant. */
async function writeReport({ unresolved }: CoverSummary, file: string): Promise<string | undefined> {
  if (unresolved.length === 0) return undefined;
  const lines = unresolved.flatMap(({ title, why, candidates }) => [
    `# ${why.split("\n", 1)[0] ?? title}`,
    ...candidates.split("\n").filter(Boolean).map(asComment),
    "",
  ]);
  await writeFile(file, `# Take the # away before the anime that you meant.\n\n${lines.join("\n")}`);
  return file;
}

/** "150: Double Name (TV)" as "# 150  # Double Name (TV)". */
function asComment(candidate: string): string {
  return `# ${candidate.replace(/^(\d+): /, "$1  # ")}`;
}

function requireSomething({ added, duplicates, failed, unresolved, left }: CoverSummary): void {
  if (added + duplicates + left > 0) return;
  const [first] = failed;
  if (first) throw new OpfindError(first.code, `Nothing could be added. ${first.anime}: ${first.message}`);
  if (unresolved.length > 0) throw new OpfindError("title-unknown", "Nothing could be added: no title was certain.");
  throw new OpfindError("usage", "There is no anime in these lists.");
}
