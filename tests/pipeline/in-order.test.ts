import { describe, expect, test } from "vitest";
import { inOrder } from "../../src/pipeline/in-order.ts";

async function all<T>(results: AsyncIterable<T>): Promise<readonly T[]> {
  const got: T[] = [];
  for await (const one of results) got.push(one);
  return got;
}

describe("work on several items at once", () => {
  test("hands results out in the order of the items, however long each takes", async () => {
    const turns = async (count: number) => {
      for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
      return count;
    };
    expect(await all(inOrder([9, 1, 5, 0], turns, 3))).toEqual([9, 1, 5, 0]);
  });

  test("never works on more than it may", async () => {
    let [running, most] = [0, 0];
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      running -= 1;
    };
    await all(inOrder(Array(20).fill(0), work, 4));
    expect(most).toBeLessThanOrEqual(4);
    expect(most).toBeGreaterThan(1);
  });

  test("reads an endless input no further than it works", async () => {
    let read = 0;
    function* endless() {
      for (;;) {
        read += 1;
        yield read;
      }
    }
    for await (const result of inOrder(endless(), async (item) => item, 3)) if (result === 5) break;
    expect(read).toBeLessThan(10);
  });

  test("ends with the failure of the work, after the results before it", async () => {
    const got: number[] = [];
    const work = async (item: number) => {
      if (item === 3) throw new RangeError("three");
      return item;
    };
    const run = async () => {
      for await (const one of inOrder([1, 2, 3, 4], work, 2)) got.push(one);
    };
    await expect(run()).rejects.toThrow("three");
    expect(got).toEqual([1, 2]);
  });

  test("hands a result out before the next item comes", async () => {
    const asked: string[] = [];
    const answers = inOrder(conversation(asked), async (item) => item, 4);
    for await (const answer of answers) asked.push(`answer ${answer}`);
    expect(asked).toEqual(["answer 1", "answer 2", "answer 3"]);
  });

  test("lets go of an input that never sends another item", async () => {
    async function* silent() {
      yield 1;
      await new Promise(() => {});
    }
    for await (const result of inOrder(silent(), async (item) => item, 4)) if (result === 1) break;
  });

  test("fails with its input", async () => {
    async function* broken() {
      yield 1;
      throw new RangeError("input");
    }
    await expect(all(inOrder(broken(), async (item) => item, 1))).rejects.toThrow("input");
  });
});

/** Sends a number, and the next one only when the one before is answered. */
async function* conversation(heard: readonly string[]) {
  for (const number of [1, 2, 3]) {
    yield number;
    while (heard.length < number) await new Promise((next) => setImmediate(next));
  }
}
