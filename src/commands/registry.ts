import type { RESTPutAPIApplicationCommandsJSONBody } from "discord.js";
import type { MessageCommand, SlashCommand } from "./command.ts";
import { opfindCommand } from "./opfind.ts";
import { opfindMessageCommand } from "./opfind-message.ts";
import { settingsCommand } from "./opfind-settings.ts";
import { postersCommand } from "./posters.ts";
import { reindexCommand } from "./reindex.ts";
import { songsCommand } from "./songs.ts";

export interface Commands {
  readonly slash: ReadonlyMap<string, SlashCommand>;
  readonly message: ReadonlyMap<string, MessageCommand>;
}

type CommandDeps = Parameters<typeof opfindCommand>[0] &
  Parameters<typeof opfindMessageCommand>[0] &
  Parameters<typeof reindexCommand>[0] &
  Parameters<typeof postersCommand>[0] &
  Parameters<typeof settingsCommand>[0];

/** Every command there is, by its name. */
export function openCommands(deps: CommandDeps): Commands {
  const slash = [
    opfindCommand(deps),
    songsCommand(deps),
    reindexCommand(deps),
    postersCommand(deps),
    settingsCommand(deps),
  ];
  const message = [opfindMessageCommand(deps)];
  return {
    slash: new Map(slash.map((command) => [command.definition.name, command])),
    message: new Map(message.map((command) => [command.definition.name, command])),
  };
}

/** As Discord wants to be told. */
export function definitionsOf({ slash, message }: Commands): RESTPutAPIApplicationCommandsJSONBody {
  return [...slash.values(), ...message.values()].map(({ definition }) => definition);
}
