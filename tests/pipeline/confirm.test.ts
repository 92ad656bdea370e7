import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OpfindError } from "../../src/errors.ts";
import { APPROVAL_MS } from "../../src/pipeline/confirming.ts";
import { onQdrant, onThisMachine, openConfirmingStore, wishOf } from "../support/confirming.ts";
import { posterOf } from "../support/posters.ts";
import { runDouble } from "../support/qdrant.ts";

const turn = { lane: "1" };
const live = () => new AbortController().signal;
const down = async () => {
  throw new OpfindError("source-down", "AniList is down.");
};

const PLACES = [
  { where: "on this machine", numRuns: 40, placeOf: async () => onThisMachine },
  // Each run makes a gallery by some two hundred requests.
  { where: "on Qdrant (a double of it)", numRuns: 8, placeOf: async () => onQdrant((await runDouble()).url) },
];

describe.each(PLACES)("with the posters $where", ({ numRuns, placeOf }) => {
  const open = async (changes: Parameters<typeof openConfirmingStore>[0] = {}) =>
    await openConfirmingStore({ place: await placeOf(), ...changes });

  describe("a confirmation", () => {
    test("makes the picture a poster of an anime that is known, and asks AniList nothing", async () => {
      const { store, posters, ledger, confirming, ask } = await open({ officialCover: down });
      await store.add(posterOf(7));
      await ask("a");
      const outcome = await confirming.confirm(wishOf("a"), turn, live());
      expect(outcome).toMatchObject({
        kind: "learnt",
        cover: "known",
        confirmation: { state: "confirmed", isNew: true },
      });
      const [learnt] = await posters();
      expect(learnt).toMatchObject({ anilistId: 7, source: "confirmation", addedBy: "discord:1" });
      expect(await store.image(learnt?.posterId ?? 0)).toEqual(Buffer.from("query a"));
      expect(ledger.picture({ requestId: "a", picture: 0 })).toBeNull();
    });

    test("of an anime that no poster shows brings its official cover along", async () => {
      const { posters, confirming, ask } = await open();
      await ask("a");
      expect(await confirming.confirm(wishOf("a"), turn, live())).toMatchObject({ kind: "learnt", cover: "added" });
      expect((await posters()).map(({ source, title }) => [source, title])).toEqual([
        ["anilist", "Title 7"],
        ["confirmation", "Title 7"],
      ]);
    });

    test("loses nothing while AniList is dead: the cover is owed and comes later, once", async () => {
      let isDead = true;
      const { posters, ledger, confirming, ask } = await open({
        officialCover: async (anilistId) => {
          if (isDead) throw new OpfindError("source-down", "AniList is down.");
          const { anime } = posterOf(anilistId);
          return { bytes: new Uint8Array([1, 2, 3]), file: "c.jpg", anime, source: "anilist", addedBy: null };
        },
      });
      await ask("a");
      expect(await confirming.confirm(wishOf("a", { title: "Said" }), turn, live())).toMatchObject({ cover: "owed" });
      expect((await posters()).map(({ title }) => title)).toEqual(["Said"]);
      expect(await confirming.payCovers(live())).toBe(1);
      isDead = false;
      expect(await confirming.payCovers(live())).toBe(0);
      expect(await confirming.payCovers(live())).toBe(0);
      expect((await posters()).map(({ title }) => title)).toEqual(["Title 7", "Title 7"]);
      expect(ledger.owedCovers()).toEqual([]);
    });

    test("waits for a silent picture server only so long", async () => {
      const { confirming, ask } = await open({
        coverPatienceMs: 1,
        officialCover: (_, signal) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(new OpfindError("aborted", "Stopped.")));
          }),
      });
      await ask("a");
      expect(await confirming.confirm(wishOf("a"), turn, live())).toMatchObject({ kind: "learnt", cover: "owed" });
    });

    test("forgets an owed cover that AniList does not have", async () => {
      const { confirming, ask } = await open({
        officialCover: async () => {
          throw new OpfindError("cover-missing", "There is none.");
        },
      });
      await ask("a");
      await confirming.confirm(wishOf("a"), turn, live());
      expect(await confirming.payCovers(live())).toBe(0);
    });

    test("clicked twice at once, or by two people, is one", async () => {
      const { posters, confirming, ask } = await open();
      await ask("a");
      const clicks = ["1", "1", "2"].map((userId) => confirming.confirm(wishOf("a", { userId }), turn, live()));
      const kinds = (await Promise.all(clicks)).map(({ kind }) => kind);
      expect(kinds.sort()).toEqual(["already", "already", "learnt"]);
      expect(await posters()).toHaveLength(2);
    });

    test("for another anime than the one that stands changes nothing", async () => {
      const { posters, confirming, ask } = await open();
      await ask("a");
      await confirming.confirm(wishOf("a"), turn, live());
      const second = await confirming.confirm(wishOf("a", { anilistId: 8 }), turn, live());
      expect(second).toMatchObject({ kind: "already", confirmation: { anilistId: 7 } });
      expect(await posters()).toHaveLength(2);
    });

    test("of a picture that is no longer kept says so", async () => {
      const { confirming } = await open();
      expect(await confirming.confirm(wishOf("never"), turn, live())).toEqual({ kind: "gone" });
    });

    test("that fails on the way leaves nothing behind and can be repeated", async () => {
      let isBroken = true;
      const { posters, ledger, confirming, ask } = await open({
        onStored: async () => {},
        prepare: async ({ anime }) => {
          if (isBroken) throw new OpfindError("embedder-failed", "The network failed.");
          return posterOf(3, { anime });
        },
        officialCover: down,
      });
      await ask("a");
      await expect(confirming.confirm(wishOf("a"), turn, live())).rejects.toMatchObject({ code: "embedder-failed" });
      expect(ledger.standing(wishOf("a"))).toBeNull();
      expect(await posters()).toEqual([]);
      isBroken = false;
      expect(await confirming.confirm(wishOf("a"), turn, live())).toMatchObject({ kind: "learnt" });
    });

    test.each([
      ["user", { perUser: 2, perGuild: 100 }],
      ["guild", { perUser: 100, perGuild: 2 }],
    ] as const)("beyond a day's limit of the %s is refused", async (of, limits) => {
      const { confirming, ask } = await open({ limits });
      for (const id of ["a", "b", "c"]) await ask(id);
      await confirming.confirm(wishOf("a"), turn, live());
      await confirming.confirm(wishOf("b"), turn, live());
      expect(await confirming.confirm(wishOf("c"), turn, live())).toEqual({ kind: "limit", of });
    });
  });

  describe("approval", () => {
    const awaited = wishOf("a", { isSubjectToApproval: true });

    test("is waited for, and then the picture is learnt in the name of who said so", async () => {
      const { posters, confirming, ask } = await open();
      await ask("a");
      expect(await confirming.confirm(awaited, turn, live())).toMatchObject({ kind: "awaiting" });
      expect(await confirming.confirm(awaited, turn, live())).toMatchObject({ kind: "already" });
      expect(await posters()).toEqual([]);
      const outcome = await confirming.approve(awaited, "9", turn, live());
      expect(outcome).toMatchObject({ kind: "learnt", confirmation: { userId: "1", decidedBy: "9" } });
      expect(await confirming.approve(awaited, "9", turn, live())).toMatchObject({ kind: "already" });
      expect(await posters()).toHaveLength(2);
    });

    test("denied leaves the picture free for another word", async () => {
      const { posters, confirming, ask } = await open();
      await ask("a");
      await confirming.confirm(awaited, turn, live());
      expect(await confirming.reject(awaited, "9")).toMatchObject({ state: "rejected", decidedBy: "9" });
      expect(await confirming.reject(awaited, "9")).toBeNull();
      expect(await confirming.approve(awaited, "9", turn, live())).toEqual({ kind: "gone" });
      expect(await posters()).toEqual([]);
      expect(await confirming.confirm(wishOf("a", { anilistId: 8 }), turn, live())).toMatchObject({ kind: "learnt" });
    });
  });

  describe("a word that awaits a moderator", () => {
    const awaited = wishOf("a", { isSubjectToApproval: true });
    const picture = { requestId: "a", picture: 0 };
    const from = Date.parse("2026-01-02T03:04:05.000Z");

    /** The word of a person, then time passes. */
    async function waitingFor(ms: number) {
      const time = { now: from };
      const stage = await open({ clock: { now: () => time.now, elapsedMs: () => 0 } });
      await stage.ask("a");
      await stage.confirming.confirm(awaited, turn, live());
      time.now += ms;
      // Another question: what expired is swept with it.
      await stage.ask("b");
      return stage;
    }

    test("can be approved for a week, though the answer's buttons live for a day", async () => {
      const { posters, pending, confirming } = await waitingFor(APPROVAL_MS - 1);
      expect(await pending.find("a")).not.toBeNull();
      expect(await confirming.waiting("5", 10)).toMatchObject([{ requestId: "a", state: "awaiting", at: from }]);
      expect(await confirming.waiting("another server", 10)).toEqual([]);
      expect(await confirming.approve(awaited, "9", turn, live())).toMatchObject({ kind: "learnt" });
      expect(await posters()).toHaveLength(2);
      expect(await confirming.waiting("5", 10)).toEqual([]);
    });

    test("ends after it: nothing is learnt, and the picture is no longer kept", async () => {
      const { posters, ledger, pending, confirming } = await waitingFor(APPROVAL_MS);
      expect(await pending.find("a")).toBeNull();
      expect(await confirming.expire()).toBe(1);
      expect(await confirming.expire()).toBe(0);
      expect(ledger.picture(picture)).toBeNull();
      expect(await confirming.waiting("5", 10)).toEqual([]);
      expect(await confirming.approve(awaited, "9", turn, live())).toEqual({ kind: "gone" });
      expect(await confirming.reject(awaited, "9")).toBeNull();
      expect(await posters()).toEqual([]);
    });

    test("ends as well when its picture had to make room", async () => {
      const { file, confirming } = await waitingFor(0);
      file.sharing((database) => database.exec("DELETE FROM pending_images"));
      expect(await confirming.waiting("5", 10)).toEqual([]);
      expect(await confirming.standing(picture)).toBeNull();
    });
  });

  describe("an undo", () => {
    test("takes the poster back, once, and leaves the official cover", async () => {
      const { posters, confirming, ask } = await open();
      await ask("a");
      await confirming.confirm(wishOf("a"), turn, live());
      const [confirmation] = await confirming.recent("5", 10);
      const { confirmationId = 0 } = confirmation ?? {};
      expect(await confirming.undo(confirmationId, { userId: "9", guildId: "another server" })).toBeNull();
      expect(await confirming.undo(confirmationId, { userId: "9", guildId: "5" })).toMatchObject({
        state: "undone",
        decidedBy: "9",
      });
      expect(await confirming.undo(confirmationId, { userId: "9", guildId: "5" })).toBeNull();
      expect((await posters()).map(({ source }) => source)).toEqual(["anilist"]);
      expect(await confirming.recent("5", 10)).toEqual([]);
    });

    test("leaves a poster that was there before the word, and one that another person confirmed too", async () => {
      const { posters, confirming, ask } = await open();
      await ask("a", "same");
      await ask("b", "same");
      await confirming.confirm(wishOf("a"), turn, live());
      await confirming.confirm(wishOf("b", { userId: "2" }), turn, live());
      const [second, first] = await confirming.recent("5", 10);
      await confirming.undo(first?.confirmationId ?? 0, { userId: "9", guildId: null });
      expect(await posters()).toHaveLength(2);
      await confirming.undo(second?.confirmationId ?? 0, { userId: "9", guildId: null });
      expect((await posters()).map(({ source }) => source)).toEqual(["anilist"]);
    });
  });

  test("whatever people click and in whatever order, every standing word has its poster exactly once", async () => {
    const click = fc.record({
      what: fc.constantFrom("confirm", "wait", "approve", "reject", "undo"),
      requestId: fc.constantFrom("a", "b", "c"),
      userId: fc.constantFrom("1", "2"),
      anilistId: fc.constantFrom(7, 8),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(click, { maxLength: 4 }), { maxLength: 6 }), async (rounds) => {
        const { posters, ledger, confirming, ask } = await open();
        for (const id of ["a", "b", "c"]) await ask(id);
        const act = async ({
          what,
          ...said
        }: {
          what: string;
          requestId: string;
          userId: string;
          anilistId: number;
        }) => {
          const wish = wishOf(said.requestId, said);
          if (what === "confirm") await confirming.confirm(wish, turn, live());
          else if (what === "wait") await confirming.confirm({ ...wish, isSubjectToApproval: true }, turn, live());
          else if (what === "approve") await confirming.approve(wish, "9", turn, live());
          else if (what === "reject") await confirming.reject(wish, "9");
          else await confirming.undo(ledger.standing(wish)?.confirmationId ?? 0, { userId: "9", guildId: null });
        };
        for (const round of rounds) await Promise.all(round.map(act));
        const standing = (await confirming.recent("5", 100)).map(({ posterId }) => posterId);
        const learnt = (await posters()).filter(({ source }) => source === "confirmation");
        expect(standing.toSorted()).toEqual(learnt.map(({ posterId }) => posterId).toSorted());
      }),
      { numRuns },
    );
  });
});
