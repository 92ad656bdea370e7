import { getEventListeners } from "node:events";
import { expect, test, vi } from "vitest";
import { onAbort, orAborted, stopped } from "../src/abort.ts";

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

test("work that ends or fails is told, and the signal knows nothing of it any more", async () => {
  const { signal } = new AbortController();
  expect(await orAborted(Promise.resolve("done"), signal)).toBe("done");
  await expect(orAborted(Promise.reject(new Error("broken")), signal)).rejects.toThrow("broken");
  expect(listenersOf(signal)).toBe(0);
});

test("a signal ends the wait, now or before it began, with its reason or another", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const never = new Promise<never>(() => {});
  const waits = [orAborted(never, signal), orAborted(never, signal, () => new Error("left"))];
  const ends = Promise.allSettled(waits);
  controller.abort(new Error("enough"));
  expect((await ends).map((end) => end.status === "rejected" && end.reason.message)).toEqual(["enough", "left"]);
  await expect(orAborted(never, signal)).rejects.toThrow("enough");
  expect(listenersOf(signal)).toBe(0);
});

test("as many listen as there is work, without a warning", async () => {
  const warned = vi.fn();
  process.on("warning", warned);
  const { signal } = new AbortController();
  const lettingGo = Array.from({ length: 50 }, () => onAbort(signal, () => {}));
  expect(listenersOf(signal)).toBe(50);
  for (const letGo of lettingGo) letGo();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", warned);
  expect([listenersOf(signal), warned.mock.calls]).toEqual([0, []]);
});

test("whoever waits for the stop goes on with it, also when it came before", async () => {
  const controller = new AbortController();
  let isOver = false;
  const waiting = stopped(controller.signal).then(() => {
    isOver = true;
  });
  await Promise.resolve();
  expect(isOver).toBe(false);
  controller.abort();
  await waiting;
  await stopped(controller.signal);
});
