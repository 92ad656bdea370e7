import { expect, test } from "vitest";
import type { Backend } from "../../src/discord/backend.ts";
import { withRoom } from "../../src/discord/room.ts";
import { OpfindError } from "../../src/errors.ts";

const turn = { lane: "discord:1" };

/** A backend with room; notes how often it was taken and given back. */
function roomy() {
  const noted: string[] = [];
  const holdRoom: Backend["holdRoom"] = async (bytes, _, onRoom, signal) => {
    noted.push(`took ${bytes}`);
    onRoom();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    noted.push("gave back");
  };
  return { noted, backend: { holdRoom } };
}

test.each([
  ["ends", async () => "done"],
  ["fails", async () => Promise.reject(new Error("broken"))],
])("room is given back when the work %s", async (_, work) => {
  const { noted, backend } = roomy();
  const { signal } = new AbortController();
  await Promise.allSettled([withRoom({ bytes: 5, turn, backend }, signal, work)]);
  expect(noted).toEqual(["took 5", "gave back"]);
});

test("without room nothing is done", async () => {
  const holdRoom = () => Promise.reject(new OpfindError("queue-late", "It waited for too long."));
  let isDone = false;
  const work = async () => {
    isDone = true;
  };
  const { signal } = new AbortController();
  const asked = withRoom({ bytes: 5, turn, backend: { holdRoom } }, signal, work);
  await expect(asked).rejects.toMatchObject({ code: "queue-late" });
  expect(isDone).toBe(false);
});
