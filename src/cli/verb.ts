import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";

/** Shows how far long work is. Draws only on a terminal, on stderr; elsewhere it says a line now and then. */
export interface Progress {
  /** @param done how many of the total are finished by now */
  update(done: number, note?: string): void;
  stop(): void;
}

/** Where a verb speaks: answers go to stdout, everything else to stderr. */
export interface Output {
  /** true when colours and bars may be used on stdout */
  readonly isRich: boolean;
  /** One JSON object on one line of stdout. */
  json(value: unknown): void;
  /** A line for people on stdout. */
  line(text: string): void;
  /** A line for people on stderr: what is being done, hints, failures. */
  note(text: string): void;
  progress(label: string, total: number): Progress;
}

/**
 * What every verb is given. A verb is `xVerb(context): Command` of commander, one small file, and opens what it
 * needs from wire.ts inside its action. It throws OpfindError; main.ts turns that into a sentence and exit code 1.
 */
export interface VerbContext {
  readonly config: Config;
  readonly log: Logger;
  readonly output: Output;
  /** aborted by SIGINT and SIGTERM */
  readonly signal: AbortSignal;
}
