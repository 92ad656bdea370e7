import { Command, Option } from "commander";
import { OpfindError } from "../errors.ts";
import type { GalleryStore } from "../index/gallery-store.ts";
import { type MigrationReport, migrate } from "../index/migrate.ts";
import type { VerbContext } from "./verb.ts";

/** What of the composition root the verb opens. */
export interface MigrateWire {
  openLocalStore(context: VerbContext, sharing: { readonly isFolderShared: boolean }): Promise<GalleryStore>;
  openQdrant(context: VerbContext): Promise<{ readonly store: GalleryStore }>;
}

interface Options {
  readonly to: "qdrant" | "embedded";
  readonly json?: true;
}

const HELP = `
Pictures stay where they are: both sides read poster_db/ of the data folder, which every machine has to share.
The source is never changed. One that was stopped goes on with the same command; what both sides have is compared
afterwards, by count and checksum.`;

/** `opfind migrate --to qdrant|embedded`: carries the gallery between this machine and Qdrant. */
export function migrateVerb(context: VerbContext, wire: MigrateWire): Command {
  return new Command("migrate")
    .addOption(new Option("--to <place>", "where to").choices(["qdrant", "embedded"]).makeOptionMandatory())
    .option("--json", "what was carried over as one JSON object")
    .addHelpText("after", HELP)
    .action(async ({ to, json }: Options) => {
      const { store: remote } = await wire.openQdrant(context);
      try {
        await run(context, {
          remote,
          local: await wire.openLocalStore(withoutStarter(context, to), { isFolderShared: true }),
          to,
          isJson: json === true,
        });
      } finally {
        remote.close();
      }
    });
}

/** A gallery that is brought here gets no posters of its own. */
function withoutStarter(context: VerbContext, to: Options["to"]): VerbContext {
  if (to === "qdrant") return context;
  const { config } = context;
  return { ...context, config: { ...config, env: { ...config.env, OPFIND_STARTER: "off" } } };
}

interface Sides {
  readonly local: GalleryStore;
  readonly remote: GalleryStore;
  readonly to: Options["to"];
  readonly isJson: boolean;
}

async function run({ output, signal }: VerbContext, { local, remote, to, isJson }: Sides): Promise<void> {
  const [from, target] = to === "qdrant" ? [local, remote] : [remote, local];
  const bar = output.progress(`migrating to ${to}`, await from.count());
  let report: MigrationReport;
  try {
    report = await migrate({ from, to: target, onProgress: (done) => bar.update(done) }, signal);
  } finally {
    bar.stop();
    local.close();
  }
  const { posters, embeddings, carried, checksums, different, extra } = report;
  if (isJson) output.json(report);
  else {
    output.line(`${posters} posters with ${embeddings} embeddings, ${carried} carried over now`);
    output.line(`checksum ${checksums.from.slice(0, 16)} here, ${checksums.to.slice(0, 16)} there`);
    if (extra > 0) output.line(`${extra} more posters were there before`);
  }
  if (different > 0) {
    throw new OpfindError("store-broken", `${different} posters differ after the migration; the source is as it was.`);
  }
}
