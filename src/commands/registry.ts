import type { RESTPutAPIApplicationCommandsJSONBody } from "discord.js";
import type { Words } from "../presenters/discord/words.ts";
import type { MessageCommand, SlashCommand } from "./command.ts";
import { opfindCommand, opfindDefinition } from "./opfind.ts";
import { opfindMessageCommand, opfindMessageDefinition } from "./opfind-message.ts";
import { settingsCommand, settingsDefinition } from "./opfind-settings.ts";
import { postersCommand, postersDefinition } from "./posters.ts";
import { reindexCommand, reindexDefinition } from "./reindex.ts";
import { songsCommand, songsDefinition } from "./songs.ts";

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

/** All of them as Discord wants to be told. */
export function definitionsIn(words: Words): RESTPutAPIApplicationCommandsJSONBody {
  return [
    opfindDefinition(words),
    songsDefinition(words),
    reindexDefinition(words),
    postersDefinition(words),
    settingsDefinition(words),
    opfindMessageDefinition(words),
  ];
}
