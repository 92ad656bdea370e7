import { fileURLToPath } from "node:url";
import { parentPort } from "node:worker_threads";
import { Command } from "commander";
import { stopped } from "../abort.ts";
import { entryPoint } from "../entry-point.ts";
import { OpfindError } from "../errors.ts";
import type { BotStart, RunningBot, runShard } from "../wire-bot.ts";
import { annotate } from "./tierlist-copy.ts";
import type { VerbContext } from "./verb.ts";

/** What of wire-bot.ts the verb opens. */
export interface BotWire {
  runBot(context: VerbContext, start: BotStart): Promise<RunningBot>;
  readonly runShard: typeof runShard;
}

/** `opfind bot`: the Discord bot, until it is told to stop. With DISCORD_SHARDS the same program runs in each shard's thread. */
export function botVerb(context: VerbContext, { runBot, runShard }: BotWire): Command {
  return new Command("bot")
    .description("Runs the Discord bot until SIGINT or SIGTERM. DISCORD_TOKEN is its token.")
    .action(async () => {
      const { output, signal } = context;
      const token = requireToken(context);
      const program = { file: fileURLToPath(entryPoint(import.meta.url, "../main")), argv: ["bot"] };
      if (parentPort) return await runShard(context, token, parentPort);
      const bot = await runBot(context, { token, annotate, program });
      try {
        output.note(onlineNote(bot));
        await Promise.race([stopped(signal), bot.ended]);
      } finally {
        await bot.close();
      }
    });
}

/** @throws OpfindError config-invalid */
export function requireToken({ config: { env } }: Pick<VerbContext, "config">): string {
  if (env.DISCORD_TOKEN) return env.DISCORD_TOKEN;
  throw new OpfindError("config-invalid", "DISCORD_TOKEN is not set: it is the token of your bot's application.");
}

function onlineNote({ name, healthPort }: RunningBot): string {
  return `Online as ${name}.${healthPort === null ? "" : ` Health on port ${healthPort}.`}`;
}
