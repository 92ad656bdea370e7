import { Command } from "commander";
import { OpfindError } from "../errors.ts";
import type { RunningBot } from "../wire-bot.ts";
import { annotate } from "./tierlist-copy.ts";
import type { VerbContext } from "./verb.ts";

/** What of wire-bot.ts the verb opens. */
export interface BotWire {
  runBot(
    context: VerbContext,
    deps: { readonly token: string; readonly annotate: typeof annotate },
  ): Promise<RunningBot>;
}

/** `opfind bot`: the Discord bot, until it is told to stop. */
export function botVerb(context: VerbContext, { runBot }: BotWire): Command {
  return new Command("bot")
    .description("Runs the Discord bot until SIGINT or SIGTERM. DISCORD_TOKEN is its token.")
    .action(async () => {
      const { output, signal } = context;
      const bot = await runBot(context, { token: requireToken(context), annotate });
      try {
        output.note(`Online as ${bot.name}.${bot.healthPort === null ? "" : ` Health on port ${bot.healthPort}.`}`);
        await stopped(signal);
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

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
