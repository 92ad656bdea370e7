import { expect, test } from "vitest";
import { poster, titled } from "../support/posters.ts";
import { openClub } from "../support/running-bot.ts";

const SEASON_2 = "Tourou no Minato 2";

async function connectedClub() {
  const { discord, start } = await openClub();
  const bot = await start();
  const status = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${bot.healthPort}${path}`)).status;
  const answers = async () => {
    const asked = await discord.as("alice", "general").slash("opfind", { poster: poster("lantern-harbour-2") });
    await asked.reply(titled(SEASON_2), 20_000);
  };
  return { discord, bot, status, answers };
}

test("while Discord takes no connection the bot is alive and not ready, and what was asked meanwhile is answered", async () => {
  const { discord, status, answers } = await connectedClub();
  expect(await status("/ready")).toBe(200);
  discord.gateway.goDown();
  await expect.poll(() => status("/ready"), { timeout: 10_000 }).toBe(503);
  expect(await status("/health")).toBe(200);
  const asked = await discord.as("alice", "general").slash("opfind", { poster: poster("lantern-harbour-2") });
  // Discord's clock would not wait for this bot; that it hears of it at all is what counts here.
  asked.age(-60_000);
  discord.gateway.comeBack();
  await expect.poll(() => status("/ready"), { timeout: 30_000 }).toBe(200);
  await asked.reply(titled(SEASON_2), 20_000);
  await answers();
  expect(discord.gateway.counts).toMatchObject({ identified: 1 });
  expect(discord.gateway.counts.resumed).toBeGreaterThan(0);
});

test("a session that Discord no longer knows is begun anew, and questions are answered again", async () => {
  const { discord, bot, status, answers } = await connectedClub();
  discord.gateway.forget();
  await expect.poll(() => discord.gateway.counts.identified, { timeout: 30_000 }).toBe(2);
  await expect.poll(() => status("/ready"), { timeout: 30_000 }).toBe(200);
  await answers();
  expect(bot.child.exitCode).toBeNull();
});
