import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { MessageFlags } from "discord.js";
import { describe, expect, test } from "vitest";
import { openClub } from "../support/running-bot.ts";

const poster = (name: string) => {
  const bytes = readFileSync(resolve(import.meta.dirname, `../../../examples/posters/${name}.webp`));
  return { name: `${name}.webp`, bytes };
};

describe("a poster", () => {
  test("attached to /opfind is named, with the songs of every season", async () => {
    const { discord, start } = await openClub();
    const bot = await start();
    const alice = discord.as("alice", "general");
    const asked = await alice.slash("opfind", { poster: poster("lantern-harbour-2") });
    const reply = await asked.reply(({ embeds }) => embeds.length > 0);
    console.log(JSON.stringify(reply.embeds, null, 1), bot.lines);
    expect(reply.embeds[0]?.title).toBe("Tourou no Minato 2");
    expect(await asked.latencyMs()).toBeLessThan(1_000);
    expect(await bot.stop()).toBe(143);
  });
});
