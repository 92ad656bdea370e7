import { Chalk } from "chalk";
import { Command } from "commander";
import { OpfindError } from "../errors.ts";
import { dataParts } from "./doctor/data-parts.ts";
import type { Finding } from "./doctor/finding.ts";
import { nativeParts } from "./doctor/native-parts.ts";
import { networkParts, qdrantParts, redisParts } from "./doctor/network-parts.ts";
import type { Output, VerbContext } from "./verb.ts";

/** `opfind doctor`: does every part work here, and what to do where one does not. */
export function doctorVerb(context: VerbContext): Command {
  return new Command("doctor")
    .description("Looks at every part of opfind and says what to do where one does not work.")
    .option("--offline", "leave the network alone")
    .option("--json", "one JSON object per part")
    .action(async (options: Options) => {
      const findings = await examine(context, options);
      const failed = findings.filter(({ state }) => state === "failed").map(({ part }) => part);
      if (failed.length > 0) throw new OpfindError("part-broken", `opfind cannot work here yet: ${failed.join(", ")}.`);
    });
}

interface Options {
  readonly offline?: boolean;
  readonly json?: boolean;
}

async function examine({ config, log, output, signal }: VerbContext, { offline, json }: Options): Promise<Finding[]> {
  const isOffline = offline === true || config.env.OPFIND_OFFLINE;
  const tell = json ? (finding: Finding) => output.json(finding) : teller(output);
  const findings: Finding[] = [];
  const told = async (found: Promise<Finding>) => {
    const finding = await found;
    findings.push(finding);
    tell(finding);
  };
  // Parts of this machine one after another: several networks loading at once would tell false times.
  for (const check of [...nativeParts(), ...dataParts(config, log)]) await told(check(signal));
  const remote = [...(isOffline ? [] : networkParts(config)), ...qdrantParts(config), ...redisParts(config)];
  for (const found of remote.map((check) => check(signal))) await told(found);
  if (isOffline && !json) output.line("  The services were not asked: offline.");
  return findings;
}

const MARKS = { ok: "✓", warning: "!", failed: "✗" } as const;

/** One line per part, the remedy below it where there is one. */
function teller({ isRich, line }: Output): (finding: Finding) => void {
  const chalk = new Chalk(isRich ? {} : { level: 0 });
  const paint = { ok: chalk.green, warning: chalk.yellow, failed: chalk.red };
  return ({ part, state, says, remedy }) => {
    line(`${paint[state](MARKS[state])} ${part.padEnd(13)} ${says}`);
    if (remedy) line(`  ${"".padEnd(13)} ${chalk.dim(`→ ${remedy}`)}`);
  };
}
