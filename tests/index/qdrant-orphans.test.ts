import { existsSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { orphanImages, sweepOrphans } from "../../src/index/qdrant/orphans.ts";
import { SharedImages } from "../../src/index/qdrant/shared-images.ts";
import { posterOf, stillClock } from "../support/posters.ts";
import { openInstance, runDouble } from "../support/qdrant.ts";

const live = () => new AbortController().signal;
const clock = stillClock();
const LONG_AGO = new Date(clock.now() - 2 * 60 * 60_000);

async function folderWithOrphans() {
  const instance = await openInstance((await runDouble()).url);
  const { files, points, store, dataDir } = instance;
  const stored = [await store.add(posterOf(1)), await store.add(posterOf(2))];
  const place = (number: number) => {
    const { sha256, image } = posterOf(number);
    return { name: files.nameOf(sha256, "jpg"), bytes: image?.bytes ?? new Uint8Array() };
  };
  const leave = async (number: number) => {
    const { name, bytes } = place(number);
    await files.write(name, bytes);
    return name;
  };
  const age = (name: string) => utimesSync(join(dataDir, name), LONG_AGO, LONG_AGO);
  const looking = { files, points, clock, usedHere: () => new Set<string>(), images: new SharedImages(files, points) };
  return { ...instance, stored, place, leave, age, looking };
}

test("a sweep deletes what no poster has named for an hour, and nothing else", async () => {
  const { files, place, leave, age, looking, dataDir, store, stored } = await folderWithOrphans();
  const [old, mine, young] = [await leave(3), await leave(4), await leave(5)];
  const part = `${old}.1-2.part`;
  writeFileSync(join(dataDir, part), "half");
  const foreign = join(dataDir, "notes.txt");
  writeFileSync(foreign, "somebody else's");
  for (const name of [old, mine, part, place(1).name, place(2).name]) age(name);
  const careful = { ...looking, usedHere: () => new Set([mine]) };
  expect((await orphanImages(careful, live())).toSorted()).toEqual([old, part].toSorted());
  expect(await sweepOrphans(careful, live())).toBe(2);
  expect([old, part].map((name) => files.has(name))).toEqual([false, false]);
  expect([mine, young, place(1).name, place(2).name].every((name) => files.has(name))).toBe(true);
  expect(existsSync(foreign)).toBe(true);
  for (const { posterId } of stored) expect(await store.image(posterId)).not.toBeNull();
  expect(await sweepOrphans(careful, live())).toBe(0);
});

test("a picture that becomes a poster during the sweep is there afterwards", async () => {
  const { leave, age, looking, store } = await folderWithOrphans();
  const names = [];
  for (let number = 10; number < 30; number++) names.push(await leave(number));
  for (const name of names) age(name);
  const adding = async () => {
    const added = [];
    for (let number = 10; number < 30; number += 3) added.push(await store.add(posterOf(number)));
    return added;
  };
  const [added] = await Promise.all([adding(), sweepOrphans(looking, live())]);
  for (const { posterId } of added) expect(await store.image(posterId)).not.toBeNull();
  expect(await orphanImages(looking, live())).toEqual([]);
});
