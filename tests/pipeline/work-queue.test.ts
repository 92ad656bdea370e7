import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { openWorkQueue, type QueueLimits } from "../../src/pipeline/work-queue.ts";

const NEVER = new AbortController().signal;
const LIMITS: QueueLimits = { concurrency: 1, capacity: 4, lanePlaces: 3, patienceMs: 1_000 };

/** A queue whose clock and work move only when the test says so. */
function scene(changes: Partial<QueueLimits> = {}) {
  let now = 0;
  const refusals: string[] = [];
  const waits: number[] = [];
  const queue = openWorkQueue({
    limits: { ...LIMITS, ...changes },
    meter: { waited: (ms) => waits.push(ms), refused: (reason) => refusals.push(reason) },
    clock: { elapsedMs: () => now },
  });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (lane: string, name: string, signal = NEVER, onPlace?: (place: number) => void) =>
    queue.run(
      () => {
        begun.push(name);
        return new Promise<string>((resolve) => ends.push(() => resolve(name)));
      },
      { lane, ...(onPlace ? { onPlace } : {}) },
      signal,
    );
  const finishNext = async () => {
    ends.shift()?.();
    for (let turn = 0; turn < 5; turn++) await nextTurn();
  };
  return { queue, refusals, waits, begun, ask, finishNext, wait: (ms: number) => (now += ms) };
}

test("nobody's second question goes before another's first", async () => {
  const { ask, begun, finishNext } = scene({ capacity: 10 });
  const all = [ask("a", "a1"), ask("a", "a2"), ask("a", "a3"), ask("b", "b1"), ask("c", "c1"), ask("b", "b2")];
  for (const _ of all) await finishNext();
  expect(await Promise.all(all)).toEqual(["a1", "a2", "a3", "b1", "c1", "b2"]);
  expect(begun).toEqual(["a1", "a2", "b1", "c1", "a3", "b2"]);
});

test("a full queue refuses at once, and says how many wait", async () => {
  const { queue, ask, refusals, finishNext } = scene({ capacity: 2 });
  const kept = [ask("a", "1"), ask("b", "2"), ask("c", "3")];
  await nextTurn();
  expect(queue.depth).toBe(2);
  await expect(ask("d", "4")).rejects.toMatchObject({ code: "queue-full", message: /2 others are waiting/ });
  expect(refusals).toEqual(["full"]);
  for (const _ of kept) await finishNext();
  expect(await Promise.all(kept)).toEqual(["1", "2", "3"]);
  expect([queue.depth, queue.running]).toEqual([0, 0]);
});

test("one lane cannot take all places", async () => {
  const { ask, refusals, finishNext } = scene({ lanePlaces: 1 });
  const kept = [ask("a", "1"), ask("a", "2"), ask("b", "3")];
  await nextTurn();
  await expect(ask("a", "4")).rejects.toMatchObject({ code: "queue-full" });
  expect(refusals).toEqual(["lane-full"]);
  for (const _ of kept) await finishNext();
});

test("what waited too long is refused, not done late", async () => {
  const { ask, begun, finishNext, wait } = scene();
  const first = ask("a", "1");
  const second = ask("b", "2");
  const refused = expect(second).rejects.toMatchObject({ code: "queue-late" });
  wait(1_001);
  await finishNext();
  await refused;
  expect(await first).toBe("1");
  expect(begun).toEqual(["1"]);
});

test("who leaves gives the place to the others, who are told", async () => {
  const { queue, ask, begun, finishNext } = scene();
  const leaving = new AbortController();
  const places: number[] = [];
  const first = ask("a", "1");
  const left = expect(ask("b", "2", leaving.signal)).rejects.toMatchObject({ code: "aborted" });
  const third = ask("c", "3", NEVER, (place) => places.push(place));
  await nextTurn();
  leaving.abort();
  await left;
  expect(queue.depth).toBe(1);
  await finishNext();
  await finishNext();
  await finishNext();
  expect(await Promise.all([first, third])).toEqual(["1", "3"]);
  expect(begun).toEqual(["1", "3"]);
  expect(places.slice(0, 2)).toEqual([2, 1]);
});

test("whoever comes is told to those only whose place it changes", async () => {
  const { ask, finishNext } = scene({ capacity: 10 });
  const told: string[] = [];
  const join = (lane: string, name: string) => ask(lane, name, NEVER, (place) => told.push(`${name}: ${place}`));
  const all = [join("a", "a0"), join("a", "a1"), join("a", "a2"), join("b", "b1"), join("c", "c1")];
  expect(told).toEqual(["a1: 1", "a2: 2", "b1: 2", "a2: 3", "c1: 3", "a2: 4"]);
  for (const _ of all) await finishNext();
  expect(told.slice(6, 9)).toEqual(["b1: 1", "c1: 2", "a2: 3"]);
  await Promise.all(all);
});

test("a failure of the work is its own, and the next goes on", async () => {
  const { queue } = scene();
  const broken = queue.run(() => Promise.reject(new RangeError("broken")), { lane: "a" }, NEVER);
  const sound = queue.run(async () => "sound", { lane: "a" }, NEVER);
  await expect(broken).rejects.toThrow(RangeError);
  expect(await sound).toBe("sound");
});

test("a draining queue finishes what it has and takes nothing more", async () => {
  const { queue, ask, finishNext } = scene();
  const kept = [ask("a", "1"), ask("b", "2")];
  const drained = queue.drain();
  await expect(ask("c", "3")).rejects.toMatchObject({ code: "queue-full" });
  for (const _ of kept) await finishNext();
  await drained;
  expect(await Promise.all(kept)).toEqual(["1", "2"]);
});
