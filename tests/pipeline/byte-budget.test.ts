import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ByteBudget, type GiveBack } from "../../src/pipeline/byte-budget.ts";

const { signal } = new AbortController();
const lane = (name: string) => ({ lane: name });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Asks for room, and notes who has it. */
function asking(budget: ByteBudget) {
  const inside: string[] = [];
  const leaving = new Map<string, GiveBack>();
  const ask = async (name: string, bytes: number, of = name) => {
    leaving.set(name, await budget.take(bytes, lane(of), signal));
    inside.push(name);
  };
  const settled = () => vi.advanceTimersByTimeAsync(0);
  const leave = async (name: string) => {
    leaving.get(name)?.();
    await settled();
  };
  return { inside, ask, leave, settled };
}

describe("room that is there", () => {
  test("is had at once, and given back once", () => {
    const budget = new ByteBudget(10);
    const giveBack = budget.tryTake(6);
    expect(budget.tryTake(5)).toBeNull();
    giveBack?.();
    giveBack?.();
    expect(budget.tryTake(10)).not.toBeNull();
    expect(budget.tryTake(1)).toBeNull();
  });

  test("is never more than there is, whatever is asked for and given back", async () => {
    const wish = fc.record({ bytes: fc.nat(20), isLeaving: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { maxLength: 60 }), async (wishes) => {
        const budget = new ByteBudget(16);
        const held: { readonly bytes: number; readonly giveBack: GiveBack }[] = [];
        for (const { bytes, isLeaving } of wishes) {
          void budget.take(bytes, lane("a"), signal).then((giveBack) => held.push({ bytes, giveBack }));
          if (isLeaving) held.shift()?.giveBack();
          await vi.advanceTimersByTimeAsync(0);
          const sum = held.reduce((all, one) => all + Math.min(one.bytes, 16), 0);
          expect(sum).toBeLessThanOrEqual(16);
        }
      }),
    );
  });
});

describe("whoever waits for room", () => {
  test("has it in turn: who wants much is not passed by those who want little", async () => {
    const { inside, ask, leave, settled } = asking(new ByteBudget(10));
    void ask("a", 8);
    void ask("b", 9);
    void ask("c", 1);
    await settled();
    expect(inside).toEqual(["a"]);
    await leave("a");
    expect(inside).toEqual(["a", "b", "c"]);
  });

  test("has it before another's second", async () => {
    const { inside, ask, leave, settled } = asking(new ByteBudget(10));
    void ask("a", 10);
    void ask("b1", 10, "b");
    void ask("b2", 10, "b");
    void ask("c1", 10, "c");
    await settled();
    for (const name of ["a", "b1", "c1"]) await leave(name);
    expect(inside).toEqual(["a", "b1", "c1", "b2"]);
  });

  test("has all there is when more is wanted", async () => {
    const { inside, ask, leave, settled } = asking(new ByteBudget(10));
    void ask("a", 1);
    void ask("huge", 50);
    await settled();
    expect(inside).toEqual(["a"]);
    await leave("a");
    expect(inside).toEqual(["a", "huge"]);
  });

  test("is told the place, and leaves by the signal", async () => {
    const budget = new ByteBudget(10);
    await budget.take(10, lane("a"), signal);
    const leaving = new AbortController();
    const places: number[] = [];
    const first = budget.take(10, lane("b"), leaving.signal);
    void budget.take(1, { lane: "c", onPlace: (place) => places.push(place) }, signal);
    leaving.abort();
    await expect(first).rejects.toMatchObject({ code: "aborted" });
    expect(places).toEqual([2, 1]);
  });

  test("lets those behind in by leaving", async () => {
    const budget = new ByteBudget(10);
    await budget.take(5, lane("a"), signal);
    const leaving = new AbortController();
    const large = budget.take(9, lane("b"), leaving.signal);
    const small = budget.take(5, lane("c"), signal);
    leaving.abort();
    await expect(large).rejects.toMatchObject({ code: "aborted" });
    await expect(small).resolves.toBeTypeOf("function");
  });

  test("is told after a minute that it takes too long", async () => {
    const budget = new ByteBudget(10);
    await budget.take(10, lane("a"), signal);
    const late = expect(budget.take(1, lane("b"), signal)).rejects.toMatchObject({ code: "queue-late" });
    await vi.advanceTimersByTimeAsync(60_000);
    await late;
  });

  test("is refused when very many wait", async () => {
    const budget = new ByteBudget(10);
    await budget.take(10, lane("a"), signal);
    for (let waiting = 0; waiting < 256; waiting++) void budget.take(1, lane(`${waiting}`), signal);
    await expect(budget.take(1, lane("b"), signal)).rejects.toMatchObject({ code: "queue-full" });
  });
});
