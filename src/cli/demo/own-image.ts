import type { Identification } from "../../domain/identification.ts";
import { identify } from "../../pipeline/identify.ts";
import { readImageFile } from "../../pipeline/read-image-file.ts";
import { presentIdentification } from "../../presenters/identification.ts";
import { presentSongList } from "../../presenters/song-list.ts";
import type { VerbContext } from "../verb.ts";
import { type DemoWire, pipelineOf } from "./gallery.ts";
import { describeTimings } from "./story.ts";

/** Names a person's own picture out of the person's gallery or the starter pack, and lists the songs. */
export async function showOwnImage(context: VerbContext, wire: DemoWire, file: string): Promise<void> {
  const { output, signal } = context;
  const bytes = await readImageFile(file, signal);
  const gallery = await wire.openGallery(context);
  try {
    output.line(`Comparing ${file} with ${gallery.index.size} views of posters\n`);
    const identification = await identify(bytes, pipelineOf(gallery), signal);
    output.line(presentIdentification({ file, identification, swatch: [] }, output));
    output.line(`\n${describeTimings([identification])}\n`);
    await listSongs(identification, context, wire);
  } finally {
    await gallery.close();
  }
}

async function listSongs({ verdict }: Identification, context: VerbContext, wire: DemoWire): Promise<void> {
  const { output, signal } = context;
  if (verdict.kind !== "match") return output.line("The songs are listed once it is clear which anime it is.");
  const since = performance.now();
  const songs = await wire.openSongs(context);
  try {
    const list = await songs.songsOf(verdict.best.anilistId, signal);
    output.line(presentSongList(list, { isRich: output.isRich, titleStyle: "romaji" }));
    output.line(`\n   songs    ${(performance.now() - since).toFixed(1).padStart(7)} ms`);
  } finally {
    await songs.close();
  }
}
