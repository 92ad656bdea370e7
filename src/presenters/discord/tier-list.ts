import type { SeasonSongs } from "../../domain/franchise.ts";
import type { NamedCell, TierList, TierRow } from "../../pipeline/tier-list.ts";
import { confidenceInWords } from "../identification.ts";
import { button, type ComponentButton, labelled, rows } from "./buttons.ts";
import { COLOURS } from "./confidence-text.ts";
import { LIMITS } from "./limits.ts";
import { cut, escaped, heading, joined, type Markdown, NOTHING } from "./markdown.ts";
import { type DiscordMessage, type MessageFile, message } from "./message.ts";
import { pack } from "./pack.ts";
import { paging, withinPages } from "./paging.ts";
import type { Reader } from "./reader.ts";
import { seasonPages } from "./song-pages.ts";

export interface TierListAnswer {
  readonly list: TierList;
  /** the copy with boxes and titles, WebP; null for another page of a message that has it already */
  readonly copy: Buffer | null;
  /** of the anime that were recognised, each once, in the order of the list */
  readonly songs: readonly SeasonSongs[];
  /** anime whose songs another try may bring */
  readonly lacking: number;
  /** first the names, then the songs, from 0 */
  readonly page: number;
}

/** A tier list: its picture with boxes and titles, the names row by row, then the songs, and files to take along. */
export function presentTierListAnswer(answer: TierListAnswer, reader: Reader): DiscordMessage {
  const { list, copy, songs } = answer;
  const { say } = reader;
  if (list.rows.length === 0) {
    return message({ embeds: [{ color: COLOURS.unknown, description: say.plain("tierlist.empty") }] });
  }
  const pages = [...namePages(list, reader), ...seasonPages(songs, say.plain("tierlist.songs"), reader)];
  const page = withinPages(answer.page, pages.length);
  const place = say.plain("songs.page", { page: page + 1, pages: pages.length });
  const names = pages.map(({ name }) => name);
  return message({
    embeds: [
      {
        color: COLOURS.sure,
        title: say.plain("tierlist.title"),
        description: joined([summary(answer, reader), pages[page]?.text ?? NOTHING], "\n").markdown,
        image: { url: `attachment://${FILE_NAME}` },
        ...(pages.length > 1 ? { footer: { text: place } } : {}),
      },
    ],
    components: [...paging(names, page, reader), ...rows(takingAlong(answer, reader))],
    files: copy ? [copyFile(copy, list, reader)] : [],
    keepsFiles: copy === null,
  });
}

/** Adds "read the tier list" below the answer to a picture that looks like one. */
export function offerTierList(answer: DiscordMessage, reader: Reader): DiscordMessage {
  const offer = rows([button("tierlist", "button.read-tierlist", reader)]);
  return { ...answer, components: [...answer.components, ...offer] };
}

const FILE_NAME = "tier-list.webp";

/** Names are short: a page of them may be longer than one of songs. */
const PAGE = { length: 3600, items: 50 } as const;

function namePages(list: TierList, reader: Reader): readonly { readonly name: string; readonly text: Markdown }[] {
  const { say } = reader;
  const sections = list.rows.map((row) => {
    const title = say.markdown("tierlist.row", { number: row.row });
    return {
      heading: heading(title),
      continued: heading(say.markdown("songs.continued", { title })),
      groups: [{ heading: null, items: cellLines(row, reader) }],
    };
  });
  const pages = pack(sections, PAGE);
  const title = say.plain("tierlist.title");
  return pages.map(({ text }, at) => ({
    name: pages.length === 1 ? title : say.plain("songs.part", { title, part: at + 1, parts: pages.length }),
    text,
  }));
}

function cellLines({ cells }: TierRow, reader: Reader): readonly Markdown[] {
  return cells.map((cell, at) => {
    const number = reader.say.markdown("choice.number", { number: at + 1 });
    return joined([number, cellText(cell, reader)], " ");
  });
}

function cellText({ verdict }: NamedCell, { say }: Reader): Markdown {
  switch (verdict.kind) {
    case "match": {
      const confidence = say.plain(`confidence.${confidenceInWords(verdict.best.confidence)}`);
      return say.markdown("tierlist.cell", { title: escaped(verdict.best.title, MAX_TITLE), confidence });
    }
    case "ambiguous": {
      const titles = verdict.candidates.map(({ title }) => escaped(title, MAX_TITLE / 2));
      return say.markdown("tierlist.unsure", { titles: joined(titles.slice(0, MOST_TITLES), "; ") });
    }
    case "unknown":
      return say.markdown("tierlist.unknown");
  }
}

const MAX_TITLE = 120;
const MOST_TITLES = 3;

function countsOf({ rows: all }: TierList) {
  const cells = all.flatMap((row) => row.cells);
  return { count: cells.length, named: cells.filter(({ verdict }) => verdict.kind === "match").length };
}

function summary({ list, lacking }: TierListAnswer, { say }: Reader): Markdown {
  const unread = list.unread > 0 ? say.markdown("tierlist.unread", { count: list.unread }) : NOTHING;
  const missing = lacking > 0 ? say.markdown("tierlist.lacking", { count: lacking }) : NOTHING;
  return joined([say.markdown("tierlist.named", countsOf(list)), unread, missing], "\n");
}

/** Five at most: a row. */
function takingAlong({ lacking }: TierListAnswer, reader: Reader): readonly ComponentButton[] {
  const formats = ["json", "csv", "m3u8", "text"] as const;
  const exports = formats.map((format) =>
    labelled({ action: `export:${format}`, label: reader.say.plain(`button.export.${format}`) }, reader),
  );
  return lacking > 0 ? [button("more", "button.more-songs", reader, "primary"), ...exports] : exports;
}

function copyFile(attachment: Buffer, list: TierList, { say }: Reader): MessageFile {
  return { attachment, name: FILE_NAME, description: cut(say.plain("tierlist.alt", countsOf(list)), LIMITS.altText) };
}
