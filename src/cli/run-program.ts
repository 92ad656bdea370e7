import { Command, CommanderError } from "commander";
import { OpfindError } from "../errors.ts";
import { failureFacts, presentFailure } from "../presenters/failure.ts";
import type { Output, VerbContext } from "./verb.ts";

/** One verb in the table of contents. Its file is loaded only when the verb is used: `opfind --help` stays quick. */
export interface VerbEntry {
  readonly summary: string;
  load(context: VerbContext): Promise<Command>;
}

export interface Program {
  readonly version: string;
  readonly verbs: Readonly<Record<string, VerbEntry>>;
  /** what people type, without node and script */
  readonly argv: readonly string[];
  readonly output: Output;
  /** Reads configuration and opens the log; called once, and only for a verb. @throws OpfindError config-invalid */
  openContext(): VerbContext;
}

/** Exit codes: 0 done, 1 failed with a code and a sentence, 2 wrong usage. Signals are main.ts's. */
type ExitCode = 0 | 1 | 2;

/**
 * Runs the verb that `argv` names. Failures become a sentence with a remedy on stderr, with `--json` one line
 * `{"code","message"}` on stdout.
 * @throws whatever is not an OpfindError: a bug, for the top to report
 */
export async function runProgram(program: Program): Promise<ExitCode> {
  try {
    const command = await assemble(program);
    await command.parseAsync([...program.argv], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const failure = error instanceof CommanderError ? usage(error) : await storeTrouble(error);
    if (!(failure instanceof OpfindError)) throw failure;
    reportFailure(failure, program);
    return failure.code === "usage" ? 2 : 1;
  }
}

/** Damaged pages of a database are met wherever it is read: what no adapter put into words is told here. */
async function storeTrouble(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || error.name !== "SqliteError") return error;
  const { storeFailure } = await import("../index/sqlite.ts");
  return storeFailure("The poster store", error);
}

/** Tells a failure the way the caller asked for. */
export function reportFailure(failure: OpfindError, { argv, output }: Pick<Program, "argv" | "output">): void {
  const end = argv.indexOf("--");
  const options = end === -1 ? argv : argv.slice(0, end);
  if (options.includes("--json")) output.json(failureFacts(failure));
  else output.note(presentFailure(failure));
}

function usage(error: CommanderError): OpfindError {
  // Without a verb commander shows the help on stderr and throws with the placeholder "(outputHelp)".
  const message = error.code === "commander.help" ? "No verb was given." : error.message.replace(/^error: /, "");
  return new OpfindError("usage", `${message.charAt(0).toUpperCase()}${message.slice(1)}`, { cause: error });
}

async function assemble(program: Program): Promise<Command> {
  const root = describeRoot(program);
  const wanted = new Set(program.argv.filter((word) => !word.startsWith("-")).slice(0, 2));
  for (const [name, { summary, load }] of Object.entries(program.verbs)) {
    if (!isWanted(name, wanted)) root.addCommand(new Command(name).summary(summary).description(summary));
    else root.addCommand(inherit(await load(program.openContext()), root).summary(summary));
  }
  return root;
}

/** `opfind songs …` and `opfind help songs` need the verb itself; all others are only listed. */
function isWanted(name: string, wanted: ReadonlySet<string>): boolean {
  const [first, second] = wanted;
  return first === name || (first === "help" && second === name);
}

function describeRoot({ version, output }: Program): Command {
  return new Command("opfind")
    .description("Show it an anime poster, get the anime and every opening and ending song of all its seasons.")
    .version(version, "-V, --version", "the version of opfind")
    .helpOption("-h, --help", "how to use a verb")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.line(text.replace(/\n$/, "")),
      writeErr: (text) => output.note(text.replace(/\n$/, "")),
      outputError: () => {}, // told once, by reportFailure
    })
    .addHelpText("after", EXAMPLES);
}

/** Verbs are built on their own: exits and output follow the root only when copied to every level. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
  return command;
}

const EXAMPLES = `
Examples:
  opfind identify poster.jpg            name the anime and list its songs
  opfind identify *.jpg --json          one JSON object per picture
  opfind songs "Cowboy Bebop"           every opening and ending of the whole franchise
  opfind posters import ~/covers        teach it more posters
  opfind doctor                         does everything work here?

Exit status: 0 done, 1 failed, 2 wrong usage.`;
