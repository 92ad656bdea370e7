import { expect, test } from "vitest";
import { poster, titled } from "../support/posters.ts";
import { openClub } from "../support/running-bot.ts";

test("two shards serve their servers from one gallery, and end together", async () => {
  const guilds = ["One", "Two", "Three", "Four"].map((name) => ({ name, channels: [`in-${name.toLowerCase()}`] }));
  const { discord, start } = await openClub({ guilds, shards: 2 });
  const bot = await start({ DISCORD_SHARDS: "2" });
  for (const { channels } of guilds) {
    const asked = await discord.as("alice", channels[0] ?? "").slash("opfind", { poster: poster("lantern-harbour-2") });
    const answer = await asked.reply(titled("Tourou no Minato 2"), 20_000);
    await (await discord.as("alice", channels[0] ?? "").click(answer, "Wrong?")).acknowledged();
  }
  const ready = async (): Promise<unknown> => await (await fetch(`http://127.0.0.1:${bot.healthPort}/ready`)).json();
  await expect.poll(ready, { timeout: 10_000 }).toMatchObject({ gateway: { isReady: true, guilds: 4 } });
  expect(await bot.stop()).toBe(143);
});

test("shards go online without the message-content intent, too", async () => {
  const { start } = await openClub({ shards: 1, mayReadContent: false });
  const bot = await start({ DISCORD_SHARDS: "1" });
  expect(bot.lines.join("")).toContain("the message-content intent is off");
  expect(await bot.stop()).toBe(143);
});

test.each([
  ["one connection", {}],
  ["two shards", { DISCORD_SHARDS: "2" }],
  ["as many shards as Discord wants", { DISCORD_SHARDS: "auto" }],
])(
  "with a wrong token %s end(s) at once, with one sentence",
  async (_, env) => {
    const { start } = await openClub({ shards: 2 });
    const wrong = start({ ...env, DISCORD_TOKEN: "MTIz.wrong.token" });
    const said = await wrong.then(String, ({ message }: Error) => message);
    expect(said).toMatch(/^the bot ended with 1:/);
    expect(said.match(/Discord does not accept DISCORD_TOKEN/g)).toHaveLength(1);
  },
  40_000,
);
