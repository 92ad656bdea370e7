import { Command, Option } from "commander";
import type { SongsOf } from "../pipeline/enrich.ts";
import type { ResolveTitle } from "../pipeline/resolve-title.ts";
import { presentSongList } from "../presenters/song-list.ts";
import type { VerbContext } from "./verb.ts";

/** What songs needs opened, by wire.ts. */
export interface SongsWire {
  openSongs(context: VerbContext): Promise<{ songsOf: SongsOf; resolveTitle: ResolveTitle; close(): Promise<void> }>;
}

interface Options {
  readonly json?: true;
  readonly titles: Parameters<typeof presentSongList>[1]["titleStyle"];
}

/**
 * `opfind songs <title|anilistId>`: every opening and ending of the whole franchise. With `--json` one line:
 * `{seasons: [{anime, role, openings, endings, isStale}], isCut, missing: [{part, source, reason, detail}]}`,
 * where the inside is `FranchiseSongs` of domain/franchise.ts; outages stand in `missing` and leave the exit code 0.
 * The line is the same from any season of a franchise.
 */
export function songsVerb(context: VerbContext, wire: SongsWire): Command {
  return new Command("songs")
    .argument("<title...>", "a title in any of its languages, or an AniList id")
    .option("--json", "one JSON object on one line")
    .addOption(
      new Option("--titles <style>", "how song and anime titles are written")
        .choices(["romaji", "english", "native"])
        .default("romaji"),
    )
    .action(async (words: string[], options: Options) => run(words.join(" "), options, { context, wire }));
}

async function run(
  title: string,
  { json, titles }: Options,
  { context, wire }: { readonly context: VerbContext; readonly wire: SongsWire },
): Promise<void> {
  const { output, signal } = context;
  const opened = await wire.openSongs(context);
  try {
    const anilistId = await opened.resolveTitle(title, signal);
    const songs = await opened.songsOf(anilistId, signal);
    if (json) output.json(songs);
    else output.line(presentSongList(songs, { isRich: output.isRich, titleStyle: titles }));
  } finally {
    await opened.close();
  }
}
