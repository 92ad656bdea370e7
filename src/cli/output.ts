import { SingleBar } from "cli-progress";
import { visibleName } from "../presenters/plain-text.ts";
import type { Output, Progress } from "./verb.ts";

/** What `openOutput` needs of a stream; `process.stdout` and `process.stderr` are two. */
interface TextStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

interface Streams {
  readonly stdout: TextStream;
  readonly stderr: TextStream & NodeJS.WritableStream;
  /** milliseconds, monotonic */
  readonly elapsedMs: () => number;
}

/** Without a terminal a long piece of work says how far it is this often: seldom enough for a CI log. */
const LINE_EVERY_MS = 5_000;

/**
 * Answers to stdout, everything else to stderr; bars only where somebody can watch them. Whatever a file name, a title
 * or a service put into a text, no control character of it reaches a terminal: colours on a rich stdout excepted.
 */
export function openOutput({ stdout, stderr, elapsedMs }: Streams): Output {
  const isRich = stdout.isTTY === true;
  const note = (text: string) => void stderr.write(`${harmless(text, false)}\n`);
  return {
    isRich,
    json: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    line: (text) => void stdout.write(`${harmless(text, isRich)}\n`),
    note,
    progress: (label, total) => (stderr.isTTY ? bar(label, total, stderr) : lines(label, total, { note, elapsedMs })),
  };
}

function harmless(text: string, isColourful: boolean): string {
  return text.replace(/\p{Cc}/gu, (control, at: number) => {
    if (control === "\n" || control === "\t") return control;
    const isColour = control === ESCAPE && COLOUR.test(text.slice(at + 1, at + LONGEST_COLOUR));
    return isColour && isColourful ? control : "\ufffd";
  });
}

const ESCAPE = "\u001b";
/** "Select Graphic Rendition" of ECMA-48, 8.3.117; the longest sets a colour by its three parts. */
const COLOUR = /^\[[\d;]*m/;
const LONGEST_COLOUR = 24;

function bar(label: string, total: number, stream: NodeJS.WritableStream): Progress {
  const drawn = new SingleBar({
    stream,
    format: "{label} {bar} {value}/{total}  {eta_formatted}  {note}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    barsize: 28,
    etaBuffer: 50,
  });
  drawn.start(total, 0, { label, note: "" });
  return {
    update: (done, note = "") => drawn.update(done, { label, note: visibleName(note) }),
    stop: () => drawn.stop(),
  };
}

function lines(label: string, total: number, { note, elapsedMs }: Pick<Streams, "elapsedMs"> & Pick<Output, "note">) {
  let spokenAt = elapsedMs();
  let last = 0;
  const say = (text: string) => note(`${label}: ${last}/${total}${text ? `  ${text}` : ""}`);
  return {
    update(done: number, text = "") {
      last = done;
      if (elapsedMs() - spokenAt < LINE_EVERY_MS) return;
      spokenAt = elapsedMs();
      say(text);
    },
    stop: () => say(""),
  } satisfies Progress;
}
