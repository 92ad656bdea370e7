import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Command, Option } from "commander";
import type { AnilistId } from "../domain/anime.ts";
import type { FranchiseSongs } from "../domain/franchise.ts";
import type { Identification } from "../domain/identification.ts";
import { OpfindError } from "../errors.ts";
import { openArtwork } from "../pipeline/artwork.ts";
import { type IdentifyDeps, identify } from "../pipeline/identify.ts";
import { inOrder } from "../pipeline/in-order.ts";
import type { PosterStore, RgbImage } from "../pipeline/ports.ts";
import { readImageFile } from "../pipeline/read-image-file.ts";
import { swatchOf } from "../pipeline/swatch.ts";
import { coverPlace } from "../presenters/cover-place.ts";
import { failureFacts, presentFailure } from "../presenters/failure.ts";
import { type IdentificationStyle, presentIdentification } from "../presenters/identification.ts";
import { presentSongList } from "../presenters/song-list.ts";
import type { Output, VerbContext } from "./verb.ts";

type TitleStyle = Parameters<typeof presentSongList>[1]["titleStyle"];

interface Options {
  readonly json?: true;
  readonly songs: boolean;
  readonly titles: TitleStyle;
}

/** What of wire.ts identify opens. */
export interface IdentifyWire {
  openGallery(context: VerbContext): Promise<OpenGallery>;
  openSongs(context: VerbContext): Promise<SongAnswers>;
}

type OpenGallery = Pick<IdentifyDeps, "decode" | "embedder" | "index" | "calibration" | "verifier"> & {
  readonly store: Pick<PosterStore, "labels" | "embeddingsOf">;
  close(): Promise<void>;
};

interface SongAnswers {
  songsOf(anilistId: AnilistId, signal: AbortSignal): Promise<FranchiseSongs>;
  close(): Promise<void>;
}

/** Pictures worked on at a time: the next is decoded while this one is in the network or its songs are fetched. */
const AT_ONCE = 4;
const SWATCH_COLOURS = 5;

/**
 * `opfind identify FILE…`: names pictures, in the order given; exit 1 only when every one of them failed. With `--json`
 * a line per file `{file, verdict, confidence, candidates, songs?, code?, message?, timings}`: songs are the
 * `FranchiseSongs` of a match, timings milliseconds by stage; a code without verdict "error" says why songs are missing
 * or that the gallery is empty.
 */
export function identifyVerb(context: VerbContext, wire: IdentifyWire, stdin: Readable = process.stdin): Command {
  return new Command("identify")
    .argument("<file...>", "image files; - reads names from stdin, one per line")
    .option("--json", "one JSON object per file and line")
    .option("--no-songs", "only name the anime")
    .addOption(
      new Option("--titles <style>", "how song and anime titles are written")
        .choices(["romaji", "english", "native"])
        .default("romaji"),
    )
    .action(async (files: string[], options: Options) =>
      run(namesOf(files, stdin, context.signal), options, { context, wire }),
    );
}

async function run(
  files: AsyncIterable<string>,
  options: Options,
  { context, wire }: { readonly context: VerbContext; readonly wire: IdentifyWire },
): Promise<void> {
  const gallery = await wire.openGallery(context);
  try {
    const songs = options.songs ? await wire.openSongs(context) : null;
    try {
      if (gallery.index.size === 0) context.output.note(presentFailure(EMPTY));
      await answerAll(files, options, { ...context, pipeline: pipelineOf(gallery), songs });
    } finally {
      await songs?.close();
    }
  } finally {
    await gallery.close();
  }
}

function pipelineOf(gallery: OpenGallery): IdentifyDeps {
  const { embedder, calibration, store } = gallery;
  const artwork = openArtwork(store, { modelId: embedder.modelId, threshold: calibration.sameArtwork });
  return { ...gallery, artwork, clock: { elapsedMs: () => performance.now() } };
}

const EMPTY = new OpfindError("index-empty", "The gallery is empty, so every picture is unknown.");

interface Opened {
  readonly pipeline: IdentifyDeps;
  readonly songs: SongAnswers | null;
  readonly output: Output;
  readonly signal: AbortSignal;
}

async function answerAll(files: AsyncIterable<string>, options: Options, opened: Opened): Promise<void> {
  let [asked, failed] = [0, 0];
  for await (const answer of inOrder(files, (file) => answerOne(file, opened), AT_ONCE)) {
    asked += 1;
    if (answer.failure) failed += 1;
    if (options.json) opened.output.json(factsOf(answer));
    else opened.output.line(textOf(answer, { isRich: opened.output.isRich, titleStyle: options.titles }));
  }
  if (asked > 0 && failed === asked) process.exitCode = 1;
}

/** A name keeps its blanks: they may belong to it. Whoever stops the verb does not wait for the rest of stdin. */
async function* namesOf(files: readonly string[], stdin: Readable, signal: AbortSignal): AsyncGenerator<string> {
  for (const file of files) {
    if (file !== "-") yield file;
    else for await (const line of createInterface({ input: stdin, signal })) if (line.trim()) yield line;
  }
}

/** What came of one file. With a failure there is no identification; trouble leaves it standing without songs. */
interface Answer {
  readonly file: string;
  readonly failure?: OpfindError;
  readonly identification?: Identification;
  readonly swatch?: readonly string[];
  readonly songs?: FranchiseSongs;
  readonly trouble?: OpfindError;
}

async function answerOne(file: string, opened: Opened): Promise<Answer> {
  const { pipeline, signal } = opened;
  let swatch: readonly string[] = [];
  const decode = async (bytes: Uint8Array, aborted: AbortSignal): Promise<RgbImage> => {
    const image = await pipeline.decode(bytes, aborted);
    swatch = swatchOf(image, SWATCH_COLOURS);
    return image;
  };
  try {
    const bytes = await readImageFile(file, signal);
    const identification = await identify(bytes, { ...pipeline, decode }, signal);
    const isEmpty = pipeline.index.size === 0;
    return {
      file,
      identification,
      swatch,
      ...(isEmpty ? { trouble: EMPTY } : await fetchSongs(identification, opened)),
    };
  } catch (error) {
    if (!(error instanceof OpfindError) || error.code === "aborted") throw error;
    return { file, failure: error };
  }
}

async function fetchSongs(
  { verdict }: Identification,
  { songs, signal }: Opened,
): Promise<Pick<Answer, "songs" | "trouble">> {
  if (songs === null || verdict.kind !== "match") return {};
  try {
    return { songs: await songs.songsOf(verdict.best.anilistId, signal) };
  } catch (error) {
    if (!(error instanceof OpfindError) || error.code === "aborted") throw error;
    return { trouble: error };
  }
}

/** The line of `--json`. */
function factsOf({ file, failure, identification, songs, trouble }: Answer) {
  if (failure) return { file, verdict: "error", confidence: 0, candidates: [], ...failureFacts(failure), timings: {} };
  const candidates = identification?.verdict.candidates ?? [];
  const rounded = (identification?.timings ?? []).map(({ stage, ms }) => [stage, Math.round(ms * 100) / 100]);
  return {
    file,
    verdict: identification?.verdict.kind,
    confidence: candidates[0]?.confidence ?? 0,
    candidates: candidates.map(({ anilistId, title, confidence, score, sameArtwork, sameArtworkTitles = [] }) => ({
      anilistId,
      title,
      confidence,
      score,
      ...(sameArtwork.length > 0 ? { sameArtwork, sameArtworkTitles } : {}),
    })),
    ...(songs ? { songs } : {}),
    ...(trouble ? failureFacts(trouble) : {}),
    timings: Object.fromEntries(rounded),
  };
}

function textOf(answer: Answer, style: IdentificationStyle & { readonly titleStyle: TitleStyle }): string {
  const { file, failure, identification, swatch = [], songs, trouble } = answer;
  if (failure || !identification) return `${file}\n${failure ? presentFailure(failure) : ""}\n`;
  const parts = [presentIdentification({ file, identification, swatch }, style)];
  const { verdict } = identification;
  const place = songs && verdict.kind === "match" ? coverPlace(verdict.best.anilistId, songs) : null;
  if (place) parts.push(place);
  if (songs) parts.push(presentSongList(songs, style));
  if (trouble && trouble !== EMPTY) parts.push(`The songs could not be had. ${presentFailure(trouble)}`);
  return `${parts.join("\n\n")}\n`;
}
