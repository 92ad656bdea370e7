import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { z } from "zod";

const ROW = z.object({
  id: z.int(),
  table: z.string(),
  key: z.array(z.unknown()),
  row: z.record(z.string(), z.unknown()).nullable(),
});
const COMMIT = z.object({ id: z.int(), commit: z.iso.datetime() });
const SCHEMA = z.object({ id: z.int(), schema: z.string() });
const LINE = z.union([ROW, COMMIT, SCHEMA]);

/** A line of a part, told apart by its keys; change-log.ts writes them. */
type LogLine = z.infer<typeof LINE>;

export interface LogEntry {
  readonly line: LogLine;
  /** as it stands in the part: SQLite reads the values out of it */
  readonly text: string;
}

/** @param lines without their line ends */
export async function writeLogPart(file: string, lines: Iterable<string>, signal: AbortSignal): Promise<void> {
  const ended = Readable.from(withEnds(lines));
  await pipeline(ended, createGzip(), createWriteStream(file, { flags: "wx" }), { signal });
}

/** Every line of a part with its own text. @throws SyntaxError | ZodError | Error of zlib for a damaged part */
export async function* readLogPart(file: string): AsyncGenerator<LogEntry> {
  const source = createReadStream(file);
  const unpacked = source.pipe(createGunzip()).setEncoding("utf8");
  source.on("error", (error) => unpacked.destroy(error));
  // Not readline: its iterator swallows what goes wrong with its input.
  let rest = "";
  for await (const chunk of unpacked) {
    const texts = `${rest}${chunk}`.split("\n");
    rest = texts.pop() ?? "";
    for (const text of texts) yield { line: parseLine(text), text };
  }
}

/** The image of a poster's row, where the line tells of one. */
export function imageOf(line: LogLine): string | null {
  if (!("table" in line) || line.table !== "posters") return null;
  const { file } = line.row ?? {};
  return typeof file === "string" ? file : null;
}

export function parseLine(text: string): LogLine {
  return LINE.parse(JSON.parse(text));
}

function* withEnds(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}
