import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ERROR_CODES } from "../../../src/errors.ts";
import { failureText } from "../../../src/presenters/discord/failure-text.ts";
import { openWords } from "../../../src/presenters/discord/words.ts";
import { readAs } from "../../support/discord-text.ts";

const folder = new URL("../../../src/presenters/discord/locales/", import.meta.url);
const files = readdirSync(folder);
const words = openWords();

type Tree = { readonly [name: string]: string | Tree };

/** "notice.cooldown_other" → its text. */
function sentences(file: string): ReadonlyMap<string, string> {
  const flat = (tree: Tree, above: string): readonly (readonly [string, string])[] =>
    Object.entries(tree).flatMap(([name, value]) =>
      typeof value === "string" ? [[`${above}${name}`, value] as const] : flat(value, `${above}${name}.`),
    );
  return new Map(flat(JSON.parse(readFileSync(new URL(file, folder), "utf8")), ""));
}

const stem = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, "");
const placeholders = (text: string) => [...new Set(text.match(/\{\{[^}]*\}\}/g) ?? [])].sort();
const english = sentences("en.json");
const isPlural = (key: string) => english.has(`${key}_other`);
/** The English sentence that a translation is compared with: plurals other than the last may leave the number out. */
const original = (key: string) => english.get(isPlural(stem(key)) ? `${stem(key)}_other` : key) ?? "";

describe.each(files)("the translation %s", (file) => {
  const translated = sentences(file);
  const locale = file.replace(".json", "");

  test("has the same sentences as the English one", () => {
    expect([...new Set([...translated.keys()].map(stem))].sort()).toEqual(
      [...new Set([...english.keys()].map(stem))].sort(),
    );
  });

  test("has each plural that the language knows", () => {
    const wanted = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    const plurals = [...new Set([...translated.keys()].map(stem))].filter(isPlural);
    expect(plurals.length).toBeGreaterThan(5);
    const kinds = (key: string) => wanted.filter((kind) => translated.has(`${key}_${kind}`));
    expect(plurals.filter((key) => kinds(key).length !== wanted.length)).toEqual([]);
  });

  test("has the same places for values", () => {
    const different = [...translated].filter(
      ([key, text]) => placeholders(text).join() !== placeholders(original(key)).join(),
    );
    expect(different.map(([key]) => key)).toEqual([]);
  });

  test("has no empty sentence", () => {
    expect([...translated].filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  test.each(ERROR_CODES)("tells of the failure %s in a full sentence, without a word for the shell", (code) => {
    const sentence = failureText(code, words.in(locale));
    expect(sentence).toMatch(/^.{12,}[.。]$/);
    expect(sentence).not.toMatch(/`|opfind (?!is)|--|[A-Z]+_[A-Z]+|\.env/);
  });
});

describe("a locale of Discord", () => {
  test.each([
    ["ja", "ja"],
    ["en-US", "en"],
    ["en-GB", "en"],
    ["fr", "en"],
    ["", "en"],
  ])("%j is answered in %s", (locale, language) => {
    expect(words.in(locale).locale).toBe(language);
  });

  test("that is not English gets its own names of commands", () => {
    expect(words.everywhere("button.confirm")).toEqual({
      text: "Yes, that's it",
      localizations: { ja: "これで合っています" },
    });
  });
});

describe("a sentence", () => {
  const say = words.in("en-US");

  test("escapes what comes from outside where Discord renders markup, and only there", () => {
    const values = { artists: "**A** <@1>" };
    expect(say.markdown("song.by", values).markdown).toBe("by \\*\\*A\\*\\* \\<\\@1\\>");
    expect(say.plain("song.by", values)).toBe("by **A** <@1>");
    expect(say.markdown("song.by", { artists: { markdown: "**A**" } }).markdown).toBe("by **A**");
  });

  test("takes a value that looks like its own language literally", () => {
    const artists = "{{count}} $t(song.none) $& $1";
    expect(readAs(say.markdown("song.by", { artists }).markdown)).toBe(`by ${artists}`);
    expect(say.plain("song.by", { artists })).toBe(`by ${artists}`);
  });

  test("refuses to go without its values", () => {
    expect(() => say.plain("song.by")).toThrow(/A value is missing/);
  });

  test("counts as its language does", () => {
    expect([0, 1, 2].map((count) => say.plain("songs.count", { count }))).toEqual(["0 songs", "1 song", "2 songs"]);
    expect([1, 2].map((count) => words.in("ja").plain("songs.count", { count }))).toEqual(["1曲", "2曲"]);
  });

  test("of one process does not change those of another", () => {
    expect(openWords().in("ja")).not.toBe(words.in("ja"));
  });
});
