import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { OpfindError } from "../errors.ts";
import { openArtwork } from "../pipeline/artwork.ts";
import { decodeBoard } from "../pipeline/decode.ts";
import { readImageFile } from "../pipeline/read-image-file.ts";
import { MAX_CELLS, readTierList, type TierList } from "../pipeline/tier-list.ts";
import { failureFacts, presentFailure } from "../presenters/failure.ts";
import { playlistM3u8 } from "../presenters/playlist.ts";
import { presentSongList } from "../presenters/song-list.ts";
import { presentTierList } from "../presenters/tier-list.ts";
import { tierListCsv, tierListFacts } from "../presenters/tier-list-export.ts";
import type { IdentifyWire } from "./identify.ts";
import { lateProgress } from "./late-progress.ts";
import { annotate, formatOf } from "./tierlist-copy.ts";
import { songsOfTierList, type TierListSongs } from "./tierlist-songs.ts";
import type { VerbContext } from "./verb.ts";

type Format = "text" | "json" | "csv" | "m3u8";

interface Options {
  readonly format: Format;
  readonly json?: true;
  readonly out?: string;
  readonly songs: boolean;
}

type OpenGallery = Awaited<ReturnType<IdentifyWire["openGallery"]>>;

/**
 * `opfind tierlist IMAGE`: finds the pictures of a tier list or collage and names each. As JSON one line
 * `{file, rows: [{row, colour, cells: [{box, verdict, confidence, candidates}]}], unread?, songs?, withoutSongs?}`:
 * boxes in pixels of the file, songs a `FranchiseSongs` per franchise among the matches, withoutSongs what was refused.
 */
export function tierlistVerb(context: VerbContext, wire: IdentifyWire): Command {
  return new Command("tierlist")
    .argument("<image>", "a picture of the list, at best a screenshot in full size")
    .addOption(
      new Option("--format <format>", "csv: a line per picture; m3u8: a playlist of the songs that can be heard")
        .choices(["text", "json", "csv", "m3u8"])
        .default("text"),
    )
    .option("--json", "the same as --format json")
    .option("--out <file>", "write a copy with boxes and titles (.png, .jpg or .webp)")
    .option("--no-songs", "only name the anime")
    .addHelpText("after", HELP)
    .action(async (file: string, options: Options) => run(file, options, { context, wire }));
}

const HELP = `
Reads boards of pictures of one size in rows: tier lists with a column of coloured labels, with gaps or with tiles
side by side, grids, captioned squares and collages without gaps. At most ${MAX_CELLS} pictures. Labels are told apart by
their colour; their text is not read. Pictures saved as poor JPEG, and gaps of one or two pixels that were scaled
and saved as JPEG, are read less well.`;

interface Opened {
  readonly context: VerbContext;
  readonly wire: IdentifyWire;
}

async function run(file: string, options: Options, { context, wire }: Opened): Promise<void> {
  const { output, signal } = context;
  const format = options.json ? "json" : options.format;
  if (format === "m3u8" && !options.songs)
    throw new OpfindError("usage", "A playlist is made of songs: leave --no-songs out.");
  const copyFormat = options.out ? formatOf(options.out) : null;
  const bytes = await readImageFile(file, signal);
  const list = await readBoard(bytes, { context, wire });
  if (options.out && copyFormat) await writeCopy(options.out, await annotate(bytes, list, copyFormat));
  const songs = options.songs && format !== "csv" ? await songsOf(list, { context, wire }) : null;
  if (list.unread > 0) output.note(`${list.unread} more pictures were left out: ${MAX_CELLS} are read at most.`);
  tell({ file, list, songs }, format, context);
}

async function readBoard(bytes: Uint8Array, { context, wire }: Opened): Promise<TierList> {
  const { output, signal } = context;
  const image = await decodeBoard(bytes, signal);
  const gallery = await wire.openGallery(context);
  const progress = lateProgress(output, "reading the tier list");
  try {
    if (gallery.index.size === 0) output.note(presentFailure(EMPTY));
    const onProgress = (done: number, total: number) => progress.onProgress(done, total, "");
    return await readTierList(image, { ...gallery, artwork: artworkOf(gallery), onProgress }, signal);
  } finally {
    progress.stop();
    await gallery.close();
  }
}

const EMPTY = new OpfindError("index-empty", "The gallery is empty, so every picture is unknown.");

function artworkOf({ store, embedder, calibration }: OpenGallery) {
  return openArtwork(store, { modelId: embedder.modelId, threshold: calibration.sameArtwork });
}

async function writeCopy(out: string, copy: Uint8Array): Promise<void> {
  try {
    await writeFile(out, copy);
  } catch (cause) {
    throw new OpfindError("file-unreadable", `${out} cannot be written.`, { cause });
  }
}

async function songsOf(list: TierList, { context, wire }: Opened): Promise<TierListSongs> {
  if (!list.rows.some(({ cells }) => cells.some(({ verdict }) => verdict.kind === "match"))) return NO_SONGS;
  const sources = await wire.openSongs(context);
  try {
    return await songsOfTierList(
      list,
      { songsOf: (id, signal) => sources.songsOf(id, signal), output: context.output },
      context.signal,
    );
  } finally {
    await sources.close();
  }
}

const NO_SONGS: TierListSongs = { found: [], refused: [] };

interface Told {
  readonly file: string;
  readonly list: TierList;
  /** null when nobody asked for them */
  readonly songs: TierListSongs | null;
}

function tell({ file, list, songs }: Told, format: Format, { output }: VerbContext): void {
  switch (format) {
    case "json":
      output.json(factsOf({ file, list, songs }));
      break;
    case "csv":
      output.line(tierListCsv(list).trimEnd());
      break;
    case "m3u8":
      tellPlaylist(songs ?? NO_SONGS, output);
      break;
    case "text":
      output.line(textOf({ file, list, songs }, output.isRich));
  }
}

/** A playlist has no place for what is missing: that goes beside it. */
function tellPlaylist({ found, refused }: TierListSongs, output: VerbContext["output"]): void {
  const playlist = playlistM3u8(found);
  for (const { title, failure } of refused) output.note(withoutSongs(title, failure));
  if (playlist === "") output.note("No source links a song of these anime, so the playlist is empty.");
  else output.line(playlist.trimEnd());
}

function factsOf({ file, list, songs }: Told) {
  return {
    file,
    ...tierListFacts(list),
    ...(songs ? { songs: songs.found } : {}),
    ...(songs && songs.refused.length > 0
      ? { withoutSongs: songs.refused.map(({ title, failure }) => ({ title, ...failureFacts(failure) })) }
      : {}),
  };
}

function textOf({ file, list, songs }: Told, isRich: boolean): string {
  const refused = (songs?.refused ?? []).map(({ title, failure }) => withoutSongs(title, failure));
  const lists = (songs?.found ?? []).map((one) => presentSongList(one, { isRich, titleStyle: "romaji" }));
  return [presentTierList(file, list, { isRich }), ...lists, ...refused].join("\n\n");
}

function withoutSongs(title: string, failure: OpfindError): string {
  return `The songs of ${title} could not be had. ${presentFailure(failure)}`;
}
