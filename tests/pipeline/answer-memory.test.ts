import { expect, test } from "vitest";
import { OpfindError } from "../../src/errors.ts";
import { rememberAnswers } from "../../src/pipeline/answer-memory.ts";
import { EVERYTHING } from "../../src/pipeline/hits.ts";
import { MATCH, searchDouble } from "../support/resident-double.ts";

const { signal } = new AbortController();
const turn = { lane: "test" };
const WISH = { limit: 5, threshold: 0, filter: EVERYTHING, isPerAnime: true };

function counted() {
  const asked: string[] = [];
  let version = "1";
  const double = searchDouble();
  const counting = <Question extends readonly unknown[], Told>(
    name: string,
    ask: (...question: Question) => Promise<Told>,
  ) => {
    return (...question: Question): Promise<Told> => {
      asked.push(name);
      return ask(...question);
    };
  };
  const memory = rememberAnswers({
    identify: counting("identify", async () => MATCH),
    search: {
      ...double,
      version: async () => version,
      postersOf: counting("postersOf", double.postersOf),
      byPicture: counting("byPicture", double.byPicture),
      byAnime: counting("byAnime", double.byAnime),
    },
  });
  const change = () => {
    version = "2";
  };
  return { memory, asked, change };
}

test("the same bytes are named once, whoever asks", async () => {
  const { memory, asked } = counted();
  const first = await memory.identify(Uint8Array.of(1, 2), turn, signal);
  expect(await memory.identify(Uint8Array.of(1, 2), { lane: "another" }, signal)).toEqual(first);
  await memory.identify(Uint8Array.of(1, 3), turn, signal);
  expect(asked).toEqual(["identify", "identify"]);
});

test("a search is another question when its wish is", async () => {
  const { memory, asked } = counted();
  const ask = (limit: number, lane: string) =>
    memory.search.byPicture(Uint8Array.of(1), { ...WISH, limit, turn: { lane } }, signal);
  await ask(5, "a");
  await ask(5, "b");
  await ask(6, "a");
  expect(asked).toEqual(["byPicture", "byPicture"]);
});

test("everything is forgotten when the gallery changes", async () => {
  const { memory, asked, change } = counted();
  await memory.search.postersOf(1, signal);
  await memory.search.postersOf(1, signal);
  change();
  await memory.search.postersOf(1, signal);
  expect(asked).toEqual(["postersOf", "postersOf"]);
});

test("that there is nothing is asked again", async () => {
  const { memory, asked } = counted();
  const wish = { limit: 1, threshold: 0, isFranchiseTold: false };
  for (let i = 0; i < 2; i++) expect(await memory.search.byAnime(404, wish, signal)).toBeNull();
  expect(asked).toHaveLength(2);
});

test("who asks while an equal question is answered waits for that answer; one who leaves takes it from nobody", async () => {
  const { memory, asked } = counted();
  const wish = { limit: 1, threshold: 0, isFranchiseTold: false };
  const leaving = new AbortController();
  const left = memory.search.byAnime(1, wish, leaving.signal);
  const others = [memory.search.byAnime(1, wish, signal), memory.search.byAnime(1, wish, signal)];
  leaving.abort();
  await expect(left).rejects.toMatchObject({ code: "aborted" });
  expect(await Promise.all(others)).toMatchObject([{ anilistId: 1 }, { anilistId: 1 }]);
  expect(asked).toEqual(["byAnime"]);
});

test("a failure is told to those who waited and not remembered", async () => {
  let isDown = true;
  const memory = rememberAnswers({
    identify: async () => {
      if (isDown) throw new OpfindError("queue-full", "Full.");
      return MATCH;
    },
    search: searchDouble(),
  });
  const ask = () => memory.identify(Uint8Array.of(1), turn, signal);
  const outcomes = await Promise.allSettled([ask(), ask()]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  isDown = false;
  expect(await ask()).toEqual(MATCH);
});
