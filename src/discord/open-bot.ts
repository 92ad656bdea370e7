import { type Client, Routes } from "discord.js";
import { openCommands } from "../commands/registry.ts";
import type { Logger } from "../log.ts";
import type { Clock } from "../pipeline/ports.ts";
import type { Words } from "../presenters/discord/words.ts";
import { meterAcknowledgements } from "./acknowledgements.ts";
import type { Download } from "./attachment.ts";
import type { Backend } from "./backend.ts";
import { connect, type Gateway, type GatewayFacts } from "./client.ts";
import { openDesk } from "./desk.ts";
import { dispatch } from "./dispatch.ts";
import { applySettings, type ModeratorDeps, openPosterActions } from "./moderators.ts";
import { openOwners } from "./owners.ts";
import { cancelReindex, reportReindexing, startReindex } from "./reindex-report.ts";
import { type RequestMeter, RequestTracker } from "./request-tracker.ts";

export interface BotDeps {
  readonly backend: Backend;
  readonly download: Download;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: RequestMeter;
  readonly login: { readonly token: string; readonly apiUrl: string };
  /** who runs the bot; empty for whoever the application belongs to */
  readonly ownerIds: readonly string[];
}

/** One connection to Discord with everything behind it. */
export interface Bot {
  readonly name: string;
  facts(): GatewayFacts;
  /** Takes nothing new, lets what is under way come to its end for so long, and leaves Discord. */
  close(patienceMs: number): Promise<void>;
}

/** @throws OpfindError discord-token | discord-unreachable | aborted */
export async function openBot(deps: BotDeps, signal: AbortSignal): Promise<Bot> {
  const { login, log, backend, clock, words, download, ownerIds } = deps;
  const tracker = new RequestTracker();
  const reporting = new AbortController();
  let gateway: Gateway | undefined;
  const seesAllMessages = () => gateway?.facts().seesAllMessages ?? false;
  const onClient = (client: Client<true>) => {
    const application = (inner: AbortSignal) => client.rest.get(Routes.currentApplication(), { signal: inner });
    const isOwner = openOwners({ ids: ownerIds, application, clock });
    const moderating: ModeratorDeps = { backend, download, words, clock, isOwner, seesAllMessages };
    meterAcknowledgements(client.rest, { meter: deps.meter, clock });
    dispatch(client, {
      desk: moderating,
      commands: commandsOn(moderating),
      cancelReindex,
      tracker,
      meter: deps.meter,
      log,
    });
    // A shard reports where it is; the others have the same jobs told and leave them to it.
    const isMine = (guildId: string) => client.guilds.cache.has(guildId);
    reportReindexing(client, moderating, { isMine, log, signal: reporting.signal }).catch((error: unknown) => {
      log.error({ err: error }, "re-indexing is no longer reported");
    });
  };
  gateway = await connect({ ...login, log }, onClient, signal);
  const { client, facts, close } = gateway;
  log.info({ user: client.user.tag, guilds: client.guilds.cache.size }, "online");
  return {
    name: client.user.tag,
    facts,
    async close(patienceMs) {
      await tracker.drain(patienceMs);
      reporting.abort();
      await close();
      log.info("offline");
    },
  };
}

function commandsOn(deps: ModeratorDeps) {
  const { words, backend } = deps;
  return openCommands({
    words,
    suggest: (text, limit, signal) => backend.suggest(text, limit, signal),
    ...openDesk(deps),
    startReindex: (isFull, interaction, signal) => startReindex(isFull, { interaction, deps }, signal),
    actions: openPosterActions(deps),
    applySettings: (wish, interaction) => applySettings(wish, interaction, deps),
  });
}
