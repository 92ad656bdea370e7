import { SingleBar } from "cli-progress";
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

/** Answers to stdout, everything else to stderr; bars only where somebody can watch them. */
export function openOutput({ stdout, stderr, elapsedMs }: Streams): Output {
  const note = (text: string) => void stderr.write(`${text}\n`);
  return {
    isRich: stdout.isTTY === true,
    json: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    line: (text) => void stdout.write(`${text}\n`),
    note,
    progress: (label, total) => (stderr.isTTY ? bar(label, total, stderr) : lines(label, total, { note, elapsedMs })),
  };
}

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
    update: (done, note = "") => drawn.update(done, { label, note }),
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
