import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RequestTracker } from "../../src/discord/request-tracker.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a shutdown waits for what is under way, and no longer", async () => {
  const tracker = new RequestTracker();
  const ends: (() => void)[] = [];
  void tracker.track(new Promise((resolve) => ends.push(resolve)));
  const drained = tracker.drain(1_000);
  expect(tracker.isDraining).toBe(true);
  ends[0]?.();
  await drained;
  expect(tracker.signal.aborted).toBe(false);
});

test("what takes longer is stopped, and what does not hear of it is left behind", async () => {
  const tracker = new RequestTracker();
  void tracker.track(new Promise(() => {}));
  let isOver = false;
  const drained = tracker.drain(1_000).then(() => {
    isOver = true;
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect([tracker.signal.aborted, isOver]).toEqual([true, false]);
  await vi.advanceTimersByTimeAsync(500);
  await drained;
});
