import { onTestFinished } from "vitest";
import { type DiscordOptions, type LocalDiscord, startDiscord } from "./discord.ts";

/**
 * A Discord for the running test. It goes when the test ends, and the test fails if the bot did anything that Discord
 * would refuse and the test did not take.
 */
export async function discordForTest(options: DiscordOptions = {}): Promise<LocalDiscord> {
  const discord = await startDiscord(options);
  onTestFinished(async () => {
    await discord.close();
    const violations = discord.takeViolations();
    if (violations.length > 0) throw new Error(`Discord would refuse: ${JSON.stringify(violations, null, 2)}`);
  });
  return discord;
}
