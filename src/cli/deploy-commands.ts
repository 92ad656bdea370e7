import { createHash } from "node:crypto";
import { Command } from "commander";
import { DiscordAPIError, PermissionFlagsBits, REST, Routes } from "discord.js";
import { z } from "zod";
import { definitionsIn } from "../commands/registry.ts";
import { OpfindError } from "../errors.ts";
import { openDeploymentStore } from "../index/bot-settings.ts";
import type { SqlitePosterStore } from "../index/poster-store.ts";
import type { Clock } from "../pipeline/ports.ts";
import { openWords } from "../presenters/discord/words.ts";
import { requireToken } from "./bot.ts";
import type { VerbContext } from "./verb.ts";

/** What of wire.ts the verb opens. */
export interface DeployWire {
  openLocalStore(context: VerbContext): Promise<SqlitePosterStore>;
  readonly clock: Clock;
}

interface Options {
  readonly force?: true;
}

/** `opfind deploy-commands`: tells Discord the commands, only when they changed, and prints the link that invites the bot. */
export function deployCommandsVerb(context: VerbContext, wire: DeployWire): Command {
  return new Command("deploy-commands")
    .description("Tells Discord the bot's commands when they changed: in DISCORD_GUILD_ID at once, else everywhere.")
    .option("--force", "tell them though they did not change")
    .action(async ({ force }: Options) => {
      const store = await wire.openLocalStore(context);
      try {
        await deploy(context, { store, isForced: force === true, clock: wire.clock });
      } finally {
        store.close();
      }
    });
}

async function deploy(
  context: VerbContext,
  { store, isForced, clock }: { readonly store: SqlitePosterStore; readonly isForced: boolean; readonly clock: Clock },
): Promise<void> {
  const { output, signal, config } = context;
  const { DISCORD_API_URL: api, DISCORD_GUILD_ID: guildId } = config.env;
  const rest = new REST({ api, version: "10" }).setToken(requireToken(context));
  const body = definitionsIn(openWords());
  const hash = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  const deployments = openDeploymentStore(store, clock);
  try {
    const { id, name } = await applicationOf(rest, signal);
    const scope = `${id}:${guildId ?? "everywhere"}`;
    if (!isForced && (await deployments.hashOf(scope)) === hash) {
      output.line(`Discord has the ${body.length} commands of ${name} already.`);
    } else {
      await rest.put(guildId ? Routes.applicationGuildCommands(id, guildId) : Routes.applicationCommands(id), {
        body,
        signal,
      });
      await deployments.setHash(scope, hash);
      output.line(
        `${body.length} commands of ${name} are deployed ${guildId ? `in server ${guildId}` : "everywhere"}.`,
      );
    }
    output.line(`Invite the bot: ${inviteOf(id)}`);
  } catch (error) {
    throw restFailure(error, signal);
  }
}

async function applicationOf(rest: REST, signal: AbortSignal) {
  return APPLICATION.parse(await rest.get(Routes.currentApplication(), { signal }));
}

/** https://docs.discord.com/developers/resources/application#application-object */
const APPLICATION = z.object({ id: z.string(), name: z.string() });

/** All that an answer needs: candidates are a picture, a reply needs the history, and threads are channels of their own. */
const PERMISSIONS =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.ReadMessageHistory;

function inviteOf(applicationId: string): string {
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: "bot applications.commands",
    permissions: String(PERMISSIONS),
  });
  return `https://discord.com/oauth2/authorize?${query}`;
}

function restFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new OpfindError("aborted", "Stopped on request.", { cause: error });
  if (error instanceof OpfindError) return error;
  if (error instanceof DiscordAPIError && error.status === 401) {
    return new OpfindError("discord-token", "Discord does not accept DISCORD_TOKEN.", { cause: error });
  }
  if (!(error instanceof Error)) return error;
  return new OpfindError("discord-unreachable", `Discord did not take the commands: ${error.message}`, {
    cause: error,
  });
}
