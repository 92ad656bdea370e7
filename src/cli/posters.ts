import type { Readable } from "node:stream";
import { Command, InvalidArgumentError, Option } from "commander";
import { OpfindError } from "../errors.ts";
import type { GalleryStore } from "../index/gallery-store.ts";
import { LIST_STATUSES, type ListStatus } from "../sources/anilist-list.ts";
import { type AddWire, MAX_COVERS_PER_RUN, runAdd } from "./posters-add.ts";
import { exportPosters } from "./posters-export.ts";
import { runImport } from "./posters-import.ts";
import type { VerbContext } from "./verb.ts";

/** What of wire.ts the verb opens. */
export interface PostersWire extends AddWire {
  /** the poster store alone, without a network; seeded like the gallery's */
  openStore(context: VerbContext): Promise<GalleryStore>;
}

interface Options {
  readonly json?: true;
  readonly manifest?: string;
}

interface AddOptions {
  readonly json?: true;
  readonly file?: string;
  readonly anilistUser?: string;
  readonly status?: readonly ListStatus[];
  readonly limit: number;
}

/** `opfind posters import|add|list|remove|export`: the pictures that opfind knows. */
export function postersVerb(context: VerbContext, wire: PostersWire, stdin: Readable = process.stdin): Command {
  const { openGallery } = wire;
  const posters = new Command("posters").description("The posters that opfind knows.");
  posters
    .command("import")
    .description("teach it a folder of posters; an interrupted import goes on, a second one adds nothing")
    .argument("<dir>", "a folder with manifest.json, or of pictures named by title")
    .option("--manifest <file>", "rows {file, title, anilistId?, malId?}, when it is not in the folder")
    .option("--json", "the summary as one JSON object")
    .action((dir: string, { manifest, json }: Options) =>
      runImport(context, { dir, manifest, isJson: json === true, openGallery }),
    );
  posters.addCommand(addCommand(context, wire, stdin));
  posters
    .command("list")
    .description("every poster")
    .option("--json", "one JSON object per poster")
    .action((options: Options) => withStore(context, wire, (store) => list(store, context, options)));
  posters
    .command("remove")
    .description("forget posters, with their pictures")
    .argument("<posterId...>", "ids as `posters list` shows them")
    .action((ids: string[]) => withStore(context, wire, (store) => remove(store, context, ids)));
  posters
    .command("export")
    .description("write every picture and a manifest.json that import reads again")
    .argument("<dir>", "a folder; made when it is absent")
    .action((dir: string) => withStore(context, wire, (store) => exportPosters(store, dir, context)));
  return posters;
}

function addCommand(context: VerbContext, wire: PostersWire, stdin: Readable): Command {
  return new Command("add")
    .description("teach it official covers from AniList, politely; a second run downloads nothing again")
    .argument("[id|title...]", "AniList ids or titles; a title of digits only in quotes of its own")
    .option("--file <list>", "a text file with one id or title per line, # for comments; - reads stdin")
    .option("--anilist-user <name>", "everything on this person's public AniList list")
    .addOption(
      new Option("--status <list>", `with --anilist-user: ${LIST_STATUSES.join(", ")}`).argParser(parseStatuses),
    )
    .addOption(
      new Option("--limit <n>", `at most this many covers, up to ${MAX_COVERS_PER_RUN}`)
        .default(MAX_COVERS_PER_RUN)
        .argParser(parseLimit),
    )
    .option("--json", "the summary as one JSON object")
    .action((words: string[], { file, anilistUser: userName, status: statuses, limit, json }: AddOptions) =>
      runAdd(context, wire, { words, file, userName, statuses, limit, isJson: json === true, stdin }),
    );
}

function parseStatuses(written: string): readonly ListStatus[] {
  return written.split(",").map((word) => {
    const status = LIST_STATUSES.find((known) => known === word.trim().toUpperCase());
    if (status) return status;
    throw new InvalidArgumentError(`"${word}" is none of ${LIST_STATUSES.join(", ")}.`);
  });
}

function parseLimit(written: string): number {
  const limit = Number(written);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_COVERS_PER_RUN) return limit;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_COVERS_PER_RUN}.`);
}

async function withStore(context: VerbContext, wire: PostersWire, work: (store: GalleryStore) => Promise<void>) {
  const store = await wire.openStore(context);
  try {
    await work(store);
  } finally {
    store.close();
  }
}

async function list(store: GalleryStore, { output }: VerbContext, { json }: Options): Promise<void> {
  let count = 0;
  for await (const { posterId, anilistId, title, source, addedAt } of store.list()) {
    count++;
    if (json) output.json({ posterId, anilistId, title, source, addedAt });
    else
      output.line(
        `${String(posterId).padStart(7)}  ${title}  (AniList ${anilistId}, ${source}, ${addedAt.slice(0, 10)})`,
      );
  }
  if (!json) output.note(count === 1 ? "1 poster" : `${count} posters`);
}

async function remove(store: GalleryStore, { output }: VerbContext, ids: readonly string[]): Promise<void> {
  const wrong = ids.find((id) => !/^\d{1,15}$/.test(id));
  if (wrong !== undefined)
    throw new OpfindError("usage", `${wrong} is no poster id; \`opfind posters list\` shows them.`);
  let removed = 0;
  for (const id of ids) {
    if (await store.remove(Number(id))) removed++;
    else output.note(`There is no poster ${id}.`);
  }
  if (removed === 0) throw new OpfindError("usage", "None of these posters exists; `opfind posters list` shows them.");
  output.line(removed === 1 ? "1 poster removed" : `${removed} posters removed`);
}
