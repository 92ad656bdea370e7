import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../config.ts";
import type { Identification } from "../../domain/identification.ts";
import { OpfindError } from "../../errors.ts";
import { type IdentifyDeps, identify } from "../../pipeline/identify.ts";
import { presentSongList } from "../../presenters/song-list.ts";
import { runImport } from "../posters-import.ts";
import type { VerbContext } from "../verb.ts";
import { type Catalogue, openInventedSongs, readCatalogue } from "./catalogue.ts";
import { type SheetRow, writeContactSheet } from "./contact-sheet.ts";
import { type DemoWire, pipelineOf } from "./gallery.ts";
import { describeTimings, explain, inShort, judgement } from "./story.ts";
import { TRIALS, toFile } from "./trials.ts";

interface Stage {
  readonly context: VerbContext;
  readonly wire: DemoWire;
  readonly examples: string;
  readonly catalogue: Catalogue;
}

/**
 * Shows everything with nothing but what ships: fills a gallery of its own with invented posters, spoils some of them,
 * asks about them and about two strangers, and lists the songs of one franchise. Leaves only the contact sheet behind.
 * @throws OpfindError part-broken when an answer is wrong
 */
export async function showOwnArtwork(context: VerbContext, wire: DemoWire, sheet: string): Promise<void> {
  const examples = join(context.config.home, "examples");
  const catalogue = await readCatalogue(examples);
  const folder = await mkdtemp(join(tmpdir(), "opfind-demo-"));
  try {
    const own = { ...context, config: throwAway(context.config, folder) };
    await tellStory({ context: own, wire, examples, catalogue }, folder, sheet);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The person's own gallery, network and settings stay untouched. */
function throwAway(config: Config, dataDir: string): Config {
  const env = {
    ...config.env,
    OPFIND_DATA_DIR: dataDir,
    OPFIND_STARTER: "off" as const,
    OPFIND_OFFLINE: true,
    OPFIND_INDEX: "auto" as const,
  };
  return { ...config, env, dataDir, hasOwnDataDir: true };
}

async function tellStory(stage: Stage, folder: string, sheet: string): Promise<void> {
  const { context, wire, examples, catalogue } = stage;
  const { output, signal } = context;
  const since = performance.now();
  const series = new Set(catalogue.shows.map(({ title }) => title)).size;
  output.line(
    `1  Importing ${catalogue.shows.length} posters of ${series} invented series, drawn by opfind's own code`,
  );
  await runImport(context, { dir: join(examples, "posters"), isJson: false, openGallery: wire.openGallery });
  output.line(`   ${seconds(since)}\n`);

  output.line("2  Spoiling some of them, and asking what they are");
  const answers = await askAll(stage);
  await writeContactSheet(sheet, answers);
  output.line(`\n   before and after: ${sheet}\n`);

  output.line("3  Every opening and ending of one franchise, found from its second season");
  const songsOf = await openInventedSongs(catalogue, join(folder, "catalogue"));
  const songs = await songsOf(franchiseToList(catalogue), signal);
  output.line(`${presentSongList(songs, { isRich: output.isRich, titleStyle: "romaji" })}\n`);

  output.line("4  How long a stage took, median of all pictures");
  output.line(describeTimings(answers.map(({ identification }) => identification)));
  const wrong = answers.filter(({ isRight }) => !isRight);
  output.line(
    `\n   ${answers.length - wrong.length} of ${answers.length} answers are right; all of it took ${seconds(since)}`,
  );
  if (wrong.length > 0)
    throw new OpfindError("part-broken", `Wrong answers: ${wrong.map(({ what }) => what).join(", ")}.`);
}

/** The second season of the title that has a film as well. */
function franchiseToList({ shows }: Catalogue): number {
  const second = shows.filter(({ title, format }) => title === shows[0]?.title && format === "TV")[1];
  if (!second) throw new RangeError("examples/catalogue.json does not begin with a title of two seasons");
  return second.anilistId;
}

type Asked = SheetRow & { readonly identification: Identification };

async function askAll({ context, wire, examples, catalogue }: Stage): Promise<readonly Asked[]> {
  const { output, signal } = context;
  const gallery = await wire.openGallery(context);
  const pipeline = pipelineOf(gallery);
  const asked: Asked[] = [];
  try {
    const ask = async (picture: Picture) => {
      const identification = await identify(picture.after, pipeline, signal);
      const isRight = judgement(identification, picture.expected);
      asked.push({ ...picture, identification, isRight, says: inShort(identification) });
      output.line(
        `   ${isRight ? "✓" : "✗"} ${picture.title.padEnd(28)} ${picture.what.padEnd(28)} → ${explain(identification)}`,
      );
    };
    for (const trial of TRIALS) await ask(await spoil(trial, { examples, catalogue, pipeline, signal }));
    for (const { file, title } of catalogue.strangers) {
      const after = await readFile(join(examples, "strangers", `${file}.webp`));
      await ask({ title, what: "not in the gallery", before: null, after, expected: null });
    }
    return asked;
  } finally {
    await gallery.close();
  }
}

interface Picture {
  readonly title: string;
  readonly what: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array;
  /** null: opfind must say that it does not know it */
  readonly expected: number | null;
}

async function spoil(
  { file, what, apply }: (typeof TRIALS)[number],
  {
    examples,
    catalogue,
    pipeline,
    signal,
  }: Pick<Stage, "examples" | "catalogue"> & { pipeline: IdentifyDeps; signal: AbortSignal },
): Promise<Picture> {
  const show = catalogue.shows.find((candidate) => candidate.file === file);
  if (!show) throw new RangeError(`examples/catalogue.json has no ${file}`);
  const before = await readFile(join(examples, "posters", `${file}.webp`));
  const after = await toFile(await apply(await pipeline.decode(before, signal)));
  return { title: show.title, what, before, after, expected: show.anilistId };
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
