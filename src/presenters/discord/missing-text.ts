import type { FranchiseSongs, Missing } from "../../domain/franchise.ts";
import { LIMITS } from "./limits.ts";
import { joined, type Markdown } from "./markdown.ts";
import type { Reader } from "./reader.ts";
import { type Showing, showing } from "./theme-text.ts";
import type { Say } from "./words.ts";

/** What the answer lacks and why, one sentence a line, none twice; null when it lacks nothing. Fits a field. */
export function missingText(songs: FranchiseSongs, reader: Reader): Markdown | null {
  const { say } = reader;
  const sentences = [
    ...(songs.isCut ? [say.markdown("missing.cut")] : []),
    ...songs.missing.flatMap((one) => sentence(one, say)),
    ...uncatalogued(songs.missing, say),
    ...omissions(songs, reader),
  ];
  const lines = [...new Map(sentences.map((line) => [line.markdown, line])).values()];
  return lines.length === 0 ? null : fitted(lines, say);
}

function sentence({ part, source, reason }: Missing, say: Say): readonly Markdown[] {
  if (reason === "not-catalogued") return [];
  const values = {
    source: say.plain(`source.${source}`),
    reason: say.plain(`missing.reason.${reason}`),
    part: say.plain(`missing.part.${part}`),
  };
  return [say.markdown("missing.sentence", values)];
}

/** One sentence for all of them: their names stand in the list already, without songs. */
function uncatalogued(missing: readonly Missing[], say: Say): readonly Markdown[] {
  const count = missing.filter(({ reason }) => reason === "not-catalogued").length;
  return count === 0 ? [] : [say.markdown("missing.not-catalogued", { count })];
}

function omissions({ seasons }: FranchiseSongs, reader: Reader): readonly Markdown[] {
  const versions = seasons.flatMap(({ openings, endings }) => [...openings, ...endings].flatMap((one) => one.versions));
  const count = (how: Showing) => versions.filter((version) => showing(version, reader) === how).length;
  const [spoilers, nsfw] = [count("omitted-spoiler"), count("omitted-nsfw")];
  return [
    ...(spoilers > 0 ? [reader.say.markdown("songs.omitted-spoilers", { count: spoilers })] : []),
    ...(nsfw > 0 ? [reader.say.markdown("songs.omitted-nsfw", { count: nsfw })] : []),
  ];
}

function fitted(lines: readonly Markdown[], say: Say): Markdown {
  for (let shown = lines.length; shown > 0; shown -= 1) {
    const more = lines.length - shown;
    const rest = more > 0 ? [say.markdown("missing.more", { count: more })] : [];
    const text = joined([...lines.slice(0, shown), ...rest], "\n");
    if (text.markdown.length <= LIMITS.fieldValue) return text;
  }
  return say.markdown("missing.more", { count: lines.length });
}
