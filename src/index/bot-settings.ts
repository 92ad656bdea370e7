import type { DeploymentStore, SettingsStore } from "../pipeline/pending.ts";
import type { Clock } from "../pipeline/ports.ts";
import { writeLogged } from "./change-log.ts";
import type { SharedFile } from "./shared-file.ts";

/** The settings of servers, in the file of the poster store. */
export function openSettingsStore(file: SharedFile, clock: Clock): SettingsStore {
  return file.sharing((database) => {
    const read = database.prepare<[string], string>("SELECT settings FROM guild_settings WHERE guild_id = ?").pluck();
    const write = database.prepare<[string, string]>(
      "INSERT INTO guild_settings VALUES (?, ?) ON CONFLICT DO UPDATE SET settings = excluded.settings",
    );
    return {
      read: async (guildId) => read.get(guildId) ?? null,
      write: async (guildId, settings) => void writeLogged(database, clock, () => write.run(guildId, settings)),
    };
  });
}

/** Which command definitions Discord has, in the file of the poster store. */
export function openDeploymentStore(file: SharedFile, clock: Clock): DeploymentStore {
  return file.sharing((database) => {
    const hashOf = database.prepare<[string], string>("SELECT hash FROM deployed_commands WHERE scope = ?").pluck();
    const setHash = database.prepare<[string, string]>(
      "INSERT INTO deployed_commands VALUES (?, ?) ON CONFLICT DO UPDATE SET hash = excluded.hash",
    );
    return {
      hashOf: async (scope) => hashOf.get(scope) ?? null,
      setHash: async (scope, hash) => void writeLogged(database, clock, () => setHash.run(scope, hash)),
    };
  });
}
