import { expect, onTestFinished, test } from "vitest";
import { openUserList } from "../../src/sources/anilist-list.ts";
import { openGraphql } from "../../src/sources/graphql.ts";
import type { AnimeLists } from "../support/anilist-double.ts";
import { startDoubles } from "../support/doubles.ts";
import { hastyFetch } from "../support/hasty.ts";

const { signal } = new AbortController();
const range = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

async function over(lists: AnimeLists) {
  const doubles = await startDoubles({ lists });
  onTestFinished(() => doubles.close());
  const userList = openUserList(openGraphql(doubles.anilistUrl, hastyFetch("AniList")));
  return {
    doubles,
    ask: (userName: string, statuses?: readonly ["DROPPED"]) => userList({ userName, statuses }, signal),
  };
}

test("a long list is read in chunks, each anime once", async () => {
  const { ask, doubles } = await over({ Mio: { CURRENT: range(1, 700), COMPLETED: range(600, 600) } });
  expect(await ask("Mio")).toEqual(range(1, 1199));
  expect(doubles.requests).toHaveLength(3);
});

test("a part of a list, and an empty list, are answers", async () => {
  const { ask } = await over({ Mio: { CURRENT: [1, 2], DROPPED: [3] }, Ren: {} });
  expect(await ask("Mio", ["DROPPED"])).toEqual([3]);
  expect(await ask("Ren")).toEqual([]);
});

test("no such list is neither empty nor an outage", async () => {
  const { ask, doubles } = await over({ Ren: null });
  await expect(ask("Ren")).rejects.toMatchObject({ code: "list-missing" });
  await expect(ask("Nobody")).rejects.toMatchObject({ code: "list-missing" });
  doubles.setFault("anilist", { kind: "internal", times: 1 });
  await expect(ask("Ren")).rejects.toMatchObject({ code: "source-down" });
  doubles.setFault("anilist", { kind: "other-shape", times: 1 });
  await expect(ask("Ren")).rejects.toMatchObject({ code: "source-other-shape" });
});

test.each([
  { errors: [{ message: "User not found", status: 404 }], data: null },
  { errors: [{ message: "Private User", status: 404 }], data: { MediaListCollection: null } },
])("a 404 with %j says that there is no such list", async (body) => {
  const client = openGraphql("http://x/", async () => Response.json(body, { status: 404 }));
  await expect(openUserList(client)({ userName: "Ren", statuses: undefined }, signal)).rejects.toMatchObject({
    code: "list-missing",
  });
});

test.each([{ data: {} }, { data: { MediaListCollection: { lists: "none" } } }])(
  "an answer %j of another shape is called so",
  async (body) => {
    const client = openGraphql("http://x/", async () => Response.json(body));
    await expect(openUserList(client)({ userName: "Ren", statuses: undefined }, signal)).rejects.toMatchObject({
      code: "source-other-shape",
    });
  },
);
