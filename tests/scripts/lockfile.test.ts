import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";

const Entry = z.object({
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  resolved: z.string().optional(),
});
const Lock = z.object({ packages: z.record(z.string(), Entry) });

const { packages } = Lock.parse(JSON.parse(readFileSync("package-lock.json", "utf8")));
const paths = Object.keys(packages);

test("npm ci accepts the lock: the packages of every platform are in it", () => {
  const wanted = Object.values(packages).flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies));
  expect(wanted.length).toBeGreaterThan(20);
  const missing = wanted.filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)));
  expect(missing, "run node scripts/complete-lockfile.mjs").toEqual([]);
});

test("the lock names no host that packages come from", () => {
  expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith("http"))).toEqual([]);
});
