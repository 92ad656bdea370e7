import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RequestTracker } from "../../src/discord/request-tracker.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A request that ends when the test says so. */
function underWay(tracker: RequestTracker) {
  const requests: { readonly signal: AbortSignal; readonly end: () => void }[] = [];
  void tracker.track((signal) => new Promise((end) => requests.push({ signal, end })));
  const [request] = requests;
  if (!request) throw new RangeError("a request was not begun at once");
  return request;
}

test("a shutdown waits for what is under way, and no longer", async () => {
  const tracker = new RequestTracker();
  const { signal, end } = underWay(tracker);
  const drained = tracker.drain(1_000);
  expect(tracker.isDraining).toBe(true);
  end();
  await drained;
  expect(signal.aborted).toBe(false);
});

test("what takes longer is stopped, and what does not hear of it is left behind", async () => {
  const tracker = new RequestTracker();
  const requests = [underWay(tracker), underWay(tracker)];
  let isOver = false;
  const drained = tracker.drain(1_000).then(() => {
    isOver = true;
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(requests.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  expect(requests[0]?.signal.reason).toMatchObject({ code: "aborted" });
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(500);
  await drained;
});
