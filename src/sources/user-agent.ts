import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const PackageJson = z.object({ name: z.string(), version: z.string(), homepage: z.string().optional() });

/**
 * How opfind names itself to every service: "opfind/0.1.0 (+https://…)". Node's own name is refused by AnimeThemes.
 * @param home folder of package.json; its `homepage` is the project URL
 */
export function readUserAgent(home: string): string {
  const { name, version, homepage } = readPackage(home);
  return homepage ? `${name}/${version} (+${homepage})` : `${name}/${version}`;
}

export function readVersion(home: string): string {
  return readPackage(home).version;
}

function readPackage(home: string) {
  return PackageJson.parse(JSON.parse(readFileSync(join(home, "package.json"), "utf8")));
}
