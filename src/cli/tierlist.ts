import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import type { FranchiseSongs } from "../domain/franchise.ts";
import { OpfindError } from "../errors.ts";
import { openArtwork } from "../pipeline/artwork.ts";
import { decodeBoard } from "../pipeline/decode.ts";
import { readImageFile } from "../pipeline/read-image-file.ts";
import { MAX_CELLS, readTierList, type TierList } from "../pipeline/tier-list.ts";
import { failureFacts, presentFailure } from "../presenters/failure.ts";
import { presentSongList } from "../presenters/song-list.ts";
import { presentTierList } from "../presenters/tier-list.ts";
import type { IdentifyWire } from "./identify.ts";
import { lateProgress } from "./late-progress.ts";
import { annotate, formatOf } from "./tierlist-copy.ts";
import type { VerbContext } from "./verb.ts";

interface Options {
  readonly json?: true;
  readonly out?: string;
  readonly songs: boolean;
}

type OpenGallery = Awaited<ReturnType<IdentifyWire["openGallery"]>>;

/**
 * `opfind tierlist IMAGE`: finds the pictures of a tier list or collage and names each. With `--json` one line
 * `{file, rows: [{row, colour, cells: [{box, verdict, confidence, candidates}]}], unread?, songs?, withoutSongs?}`:
 * boxes in pixels of the file, songs a `FranchiseSongs` per franchise among the matches, withoutSongs what was refused.
 */
export function tierlistVerb(context: VerbContext, wire: IdentifyWire): Command {
  return new Command("tierlist")
    .argument("<image>", "a picture of the list, at best a screenshot in full size")
    .option("--json", "one JSON object on one line")
    .option("--out <file>", "write a copy with boxes and titles (.png, .jpg or .webp)")
    .option("--no-songs", "only name the anime")
    .addHelpText("after", HELP)
    .action(async (file: string, options: Options) => run(file, options, { context, wire }));
}

const HELP = `
Reads boards of pictures of one size in rows: tier lists with a column of coloured labels, with gaps or with tiles
side by side, grids, captioned squares and collages without gaps. At most ${MAX_CELLS} pictures. Labels are told apart by
their colour; their text is not read. Gaps thinner than six pixels, and labelled tiles without gaps, are read best from
pictures that were neither scaled nor saved as JPEG.`;

interface Opened {
  readonly context: VerbContext;
  readonly wire: IdentifyWire;
}

async function run(file: string, options: Options, { context, wire }: Opened): Promise<void> {
  const { output, signal } = context;
  const format = options.out ? formatOf(options.out) : null;
  const bytes = await readImageFile(file, signal);
  const list = await readBoard(bytes, { context, wire });
  if (options.out && format) await writeCopy(options.out, await annotate(bytes, list, format));
  const songs = options.songs ? await songsOf(list, { context, wire }) : null;
  if (list.unread > 0) output.note(`${list.unread} more pictures were left out: ${MAX_CELLS} are read at most.`);
  if (options.json) output.json(factsOf(file, list, songs));
  else output.line(textOf(file, { list, songs, isRich: output.isRich }));
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

interface Songs {
  readonly found: readonly FranchiseSongs[];
  readonly refused: readonly { readonly title: string; readonly failure: OpfindError }[];
}

/** Each franchise is asked for once, however many of its seasons are on the board. */
async function songsOf({ rows }: TierList, { context, wire }: Opened): Promise<Songs> {
  const matches = rows
    .flatMap((row) => row.cells)
    .flatMap(({ verdict }) => (verdict.kind === "match" ? verdict.best : []));
  const wanted = new Map(matches.map(({ anilistId, title }) => [anilistId, title]));
  const found: FranchiseSongs[] = [];
  const refused: Songs["refused"][number][] = [];
  if (wanted.size === 0) return { found, refused };
  const sources = await wire.openSongs(context);
  const progress = context.output.progress("asking for songs", wanted.size);
  const told = new Set<number>();
  let done = 0;
  try {
    for (const [anilistId, title] of wanted) {
      if (!told.has(anilistId)) {
        try {
          const songs = await sources.songsOf(anilistId, context.signal);
          for (const { anime } of songs.seasons) told.add(anime.anilistId);
          found.push(songs);
        } catch (failure) {
          if (!(failure instanceof OpfindError) || failure.code === "aborted") throw failure;
          refused.push({ title, failure });
        }
      }
      progress.update(++done, title);
    }
    return { found, refused };
  } finally {
    progress.stop();
    await sources.close();
  }
}

function factsOf(file: string, { rows, unread }: TierList, songs: Songs | null) {
  return {
    file,
    rows: rows.map(({ row, colour, cells }) => ({
      row,
      colour,
      cells: cells.map(({ box, verdict }) => ({
        box,
        verdict: verdict.kind,
        confidence: verdict.candidates[0]?.confidence ?? 0,
        candidates: verdict.candidates.map(({ anilistId, title, confidence, score }) => ({
          anilistId,
          title,
          confidence,
          score,
        })),
      })),
    })),
    ...(unread > 0 ? { unread } : {}),
    ...(songs ? { songs: songs.found } : {}),
    ...(songs && songs.refused.length > 0
      ? { withoutSongs: songs.refused.map(({ title, failure }) => ({ title, ...failureFacts(failure) })) }
      : {}),
  };
}

function textOf(
  file: string,
  { list, songs, isRich }: { readonly list: TierList; readonly songs: Songs | null; readonly isRich: boolean },
): string {
  const refused = (songs?.refused ?? []).map(
    ({ title, failure }) => `The songs of ${title} could not be had. ${presentFailure(failure)}`,
  );
  const lists = (songs?.found ?? []).map((one) => presentSongList(one, { isRich, titleStyle: "romaji" }));
  return [presentTierList(file, list, { isRich }), ...lists, ...refused].join("\n\n");
}
