import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { poster, titled } from "../support/posters.ts";
import { openClub, run, startQdrant } from "../support/running-bot.ts";

/** Moments after the click, spread over what a confirmation takes; the whole number is for `npm run e2e:kill`. */
const KILLS = Number(process.env["OPFIND_TEST_KILLS"] ?? 4);
const LAST_MS = 600;
const MOMENTS = Array.from({ length: KILLS }, (_, at) => ({
  afterMs: Math.round((LAST_MS * at) / Math.max(1, KILLS - 1)),
  signal: at % 2 === 0 ? ("SIGKILL" as const) : ("SIGTERM" as const),
}));

const PLACES = [
  { where: "on this machine", options: async () => ({}) },
  { where: "on Qdrant", options: async () => ({ qdrant: await startQdrant() }) },
];

test.each(PLACES)(
  `a restart at ${KILLS} moments of a confirmation $where leaves every poster exactly once and every button alive`,
  async ({ options }) => {
    const club = await openClub(await options());
    const { discord } = club;
    const alice = discord.as("alice", "general");
    let bot = await club.start();
    for (const { afterMs, signal } of MOMENTS) {
      const asked = await alice.slash("opfind", { poster: poster("lantern-harbour-2") });
      const answer = await asked.reply(titled("Tourou no Minato 2"));
      await alice.click(answer, "Yes, that's it");
      // The moment is the point of this test, hence real time.
      await pause(afterMs);
      await bot.stop(signal);
      bot = await club.start();
      // Whether the word was heard or not: the button answers, and afterwards it was.
      const shown = discord.message(answer.id) ?? answer;
      const isConfirmed = shown.embeds[0]?.description?.includes("Confirmed by") === true;
      const again = isConfirmed ? undefined : await alice.click(shown, "Yes, that's it");
      if (again) expect((await again.followUp()).content).toMatch(/^(Thank you|This was confirmed already)/);
      const undone = await (await discord.as("mod", "general").slash("posters undo")).reply(
        ({ content }) => content !== "",
      );
      expect(undone.content).toContain("Undone: Tourou no Minato 2");
      const twice = await (await discord.as("mod", "general").slash("posters undo")).reply(
        ({ content }) => content !== "",
      );
      expect(twice.content).toContain("There is nothing to undo");
    }
    await bot.stop();
    const listed = await run(["posters", "list", "--json"], club.settings);
    expect(listed.trim().split("\n")).toHaveLength(3);
    discord.takeViolations();
  },
  KILLS * 60_000,
);
