import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import type { BackupDeps } from "../index/backup/backup-deps.ts";
import type { Moment } from "../index/backup/moments.ts";
import { type RestoreReport, restoreBackup } from "../index/backup/restore.ts";
import type { Clock } from "../pipeline/ports.ts";
import { openStages } from "./stages.ts";
import type { VerbContext } from "./verb.ts";

interface Options {
  readonly at?: Moment;
  readonly force?: true;
  readonly lenient?: true;
  readonly json?: true;
}

/** `opfind restore FROM`: a moment of the posters, into OPFIND_DATA_DIR. */
export function restoreVerb(context: VerbContext, { clock }: { readonly clock: Clock }): Command {
  return new Command("restore")
    .description("Brings the posters of any backed up moment into the data folder, which must not hold others.")
    .argument("<from>", "the folder of the backups")
    .option("--at <moment>", "a time (2026-11-26T09:30:00Z) or the number of a change; default: the newest", moment)
    .option("--force", "set aside what the data folder holds")
    .option("--lenient", "posters whose picture is lost come back without it")
    .option("--json", "one JSON object")
    .action((from: string, options: Options) => restore(context, clock, { from: resolve(from), options }));
}

interface Asked {
  readonly from: string;
  readonly options: Options;
}

async function restore(context: VerbContext, clock: Clock, { from, options }: Asked): Promise<void> {
  const { output, config, log, signal } = context;
  const stages = openStages(output);
  const deps: BackupDeps = { dataDir: config.dataDir, archiveDir: from, clock, log, onProgress: stages.update };
  const { at = null, force, lenient } = options;
  const wish = { moment: at, isForced: force === true, isLenient: lenient === true };
  const report = await restoreBackup(deps, wish, signal).finally(stages.stop);
  if (options.json) output.json(report);
  else for (const line of describe(report)) output.line(line);
}

function describe({ position, at, setAside, hasKeys, ...counts }: RestoreReport): readonly string[] {
  const { posters, embeddings, images, withoutImage } = counts;
  return [
    `${posters} posters, ${embeddings} embeddings and ${images} pictures are back, as of ${at} (change ${position})`,
    ...(withoutImage > 0 ? [`${withoutImage} posters came back without their picture`] : []),
    ...(hasKeys ? ["the API keys are back as the newest backup has them"] : []),
    ...(setAside === null ? [] : [`what was there before is in ${setAside}`]),
    "the index is built when it is opened next",
  ];
}

const TIME = z.iso.datetime({ offset: true });

function moment(value: string): Moment {
  if (/^\d{1,15}$/.test(value)) return { kind: "position", position: Number(value) };
  if (!TIME.safeParse(value).success)
    throw new InvalidArgumentError("It must be like 2026-11-26T09:30:00Z, or a number.");
  return { kind: "time", at: Date.parse(value) };
}
