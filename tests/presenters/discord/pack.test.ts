import fc from "fast-check";
import { expect, test } from "vitest";
import { ours } from "../../../src/presenters/discord/markdown.ts";
import { type Group, pack, type Section } from "../../../src/presenters/discord/pack.ts";

const section = (name: string, ...groups: Group[]): Section => ({
  heading: ours(`# ${name}`),
  continued: ours(`# ${name} again`),
  groups,
});
const group = (name: string | null, ...items: string[]): Group => ({
  heading: name === null ? null : ours(name),
  items: items.map(ours),
});
const texts = (sections: readonly Section[], length: number, items: number) =>
  pack(sections, { length, items }).map(({ text }) => text.markdown);

test("what fits is one page, each heading once", () => {
  const sections = [section("S1", group("OP", "a", "b"), group("ED", "c")), section("S2", group(null, "d"))];
  expect(texts(sections, 100, 10)).toEqual(["# S1\nOP\na\nb\nED\nc\n# S2\nd"]);
});

test("a section that goes on says so, under its group", () => {
  expect(texts([section("S1", group("OP", "a", "b", "c"), group("ED", "d"))], 100, 2)).toEqual([
    "# S1\nOP\na\nb",
    "# S1 again\nOP\nc\nED\nd",
  ]);
});

test("equal group headings of two sections both stand", () => {
  expect(texts([section("S1", group("OP", "a")), section("S2", group("OP", "b"))], 100, 9)).toEqual([
    "# S1\nOP\na\n# S2\nOP\nb",
  ]);
});

test("a page tells whose items it has", () => {
  const sections = [section("S1", group(null, "a", "b")), section("S2", group(null, "c"))];
  expect(pack(sections, { length: 100, items: 2 }).map(({ sections: on }) => on)).toEqual([[0], [1]]);
});

test("nothing to lay out is no page", () => {
  expect(pack([], { length: 100, items: 2 })).toEqual([]);
  expect(pack([section("S1")], { length: 100, items: 2 })).toEqual([]);
});

test("an item that no page can hold is a bug, and says so", () => {
  expect(() => texts([section("S1", group(null, "x".repeat(200)))], 100, 2)).toThrow(RangeError);
});

test("every item is laid out once, in order, on pages within their budget", () => {
  const groups = fc.array(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 9 }), { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(groups, { maxLength: 6 }), fc.integer({ min: 1, max: 9 }), (lengths, most) => {
      let next = 0;
      const named = (length: number) => {
        next += 1;
        return `<${next}>${"x".repeat(length)}`;
      };
      const sections = lengths.map((all, at) =>
        section(`S${at}`, ...all.map((items, g) => group(`G${g}`, ...items.map(named)))),
      );
      const pages = texts(sections, 120, most);
      const found = pages.map((page) => [...page.matchAll(/^<(\d+)>/gm)].map(([, number]) => Number(number)));
      expect(found.flat()).toEqual(Array.from({ length: next }, (_, at) => at + 1));
      expect(pages.every((page) => page.length <= 120)).toBe(true);
      expect(found.every((items) => items.length >= 1 && items.length <= most)).toBe(true);
    }),
  );
});
