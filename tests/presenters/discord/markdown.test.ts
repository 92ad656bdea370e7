import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bold,
  cut,
  escaped,
  heading,
  httpsOnly,
  italic,
  joined,
  linked,
  NOTHING,
  ours,
  spoiler,
  userMention,
} from "../../../src/presenters/discord/markdown.ts";
import { plainText } from "../../../src/presenters/plain-text.ts";
import { hostileText } from "../../support/discord-songs.ts";
import { linksIn, markupKinds, readAs } from "../../support/discord-text.ts";

const HALF_A_LETTER = /\p{Cs}/u;

describe("a text from outside", () => {
  test.each([
    ["a mention", "<@80351110224678912> <@&1> <#2>"],
    ["everyone and here", "@everyone @here"],
    ["an address", "https://evil.example/x http://evil.example steam://run"],
    ["an address in angle brackets", "<https://evil.example>"],
    ["a masked link", "[free](https://evil.example)"],
    ["an emoji and its custom kind", ":smile: <:name:123456789012345678>"],
    ["a time, a command, a place", "<t:1700000000:R> </songs:1> <id:customize>"],
    ["styles", "**b** *i* __u__ _i_ ~~s~~ ||spoiler|| `code` ```block```"],
    ["a heading", "# big"],
    ["a small line", "-# small"],
    ["a quotation", "> said >>> all"],
    ["a list", "- one"],
    ["a numbered list", "1. one"],
    ["backslashes", "\\*\\\\**bold**"],
    ["half of everything", "** [x]( || ` < @"],
  ])("with %s reads as it was written and does nothing", (_, text) => {
    const { markdown } = escaped(text);
    expect(readAs(markdown)).toBe(text);
    expect(markupKinds(markdown)).toEqual([]);
  });

  test.each([
    ["controls and line breaks", "a\u0000b\nc\r\nd", "a b c d"],
    ["marks that turn the line around", "a\u202eb\u2066c", "a b c"],
    ["invisible letters", "a\u200bb\ufeffc", "a b c"],
    ["half a letter", "a\ud800b", "a b"],
  ])("loses %s", (_, text, shown) => {
    expect(readAs(escaped(text).markdown)).toBe(shown);
  });

  test("never starts a list", () => {
    expect(escaped("- one").markdown).toBe("\\- one");
    expect(escaped("+ one").markdown).toBe("\\+ one");
    expect(escaped("1. one").markdown).toBe("1\\. one");
    expect(escaped("Re-Zero").markdown).toBe("Re-Zero");
  });

  test("has no markup in any place of ours that it may stand in", () => {
    fc.assert(
      fc.property(hostileText, hostileText, (one, two) => {
        const [a, b] = [escaped(one), escaped(two)];
        const text = joined(
          [heading(bold(a)), joined([bold(a), linked(b, "https://a.example/x"), spoiler(a), italic(b)], " · "), b],
          "\n",
        );
        const allowed = ["em", "heading", "link", "spoiler", "strong"];
        expect(markupKinds(text.markdown).filter((kind) => !allowed.includes(kind))).toEqual([]);
        expect(linksIn(text.markdown).filter((target) => target !== "https://a.example/x")).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("shortened is never longer than allowed, and no escape or letter of it is torn", () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 8, max: 60 }), (text, most) => {
        const { markdown } = escaped(text, most);
        expect(markdown.length).toBeLessThanOrEqual(most);
        expect(markupKinds(markdown)).toEqual([]);
        const read = readAs(markdown);
        expect(read).not.toMatch(HALF_A_LETTER);
        expect(plainText(text).startsWith(read.replace(/…$/, "").trimEnd())).toBe(true);
        expect(cut(text, most).length).toBeLessThanOrEqual(most);
        expect(cut(text, most)).not.toMatch(HALF_A_LETTER);
      }),
      { numRuns: 500 },
    );
  });
});

describe("an address", () => {
  test.each([
    ["https://v.animethemes.moe/Bakemonogatari-OP1.webm", "https://v.animethemes.moe/Bakemonogatari-OP1.webm"],
    ["https://a.example/x_(y)|z*", "https://a.example/x_%28y%29%7Cz%2A"],
    ["https://a.example/?q=`x`", "https://a.example/?q=%60x%60"],
    ["http://a.example/", null],
    ["javascript:alert(1)", null],
    ["https://user:pass@a.example/", null],
    [`https://a.example/${"x".repeat(500)}`, null],
    ["no address", null],
    [null, null],
  ])("%s may be linked as %s", (url, target) => {
    expect(httpsOnly(url)).toBe(target);
  });

  test("that may not be linked leaves its label bare", () => {
    expect(linked(escaped("a [b]"), "http://a.example")).toEqual({ markdown: "a \\[b\\]" });
  });

  test("keeps its label whole, brackets and all", () => {
    const { markdown } = linked(escaped("A [TV Size](https://evil.example)"), "https://a.example/x");
    expect(linksIn(markdown)).toEqual(["https://a.example/x"]);
    expect(readAs(markdown)).toBe("A (TV Size)(https://evil.example)");
  });

  test("cannot be changed by what stands behind it", () => {
    const text = joined([linked(escaped("song"), "https://a.example/x"), escaped("by me](https://evil.example)")], " ");
    expect(linksIn(text.markdown)).toEqual(["https://a.example/x"]);
    expect(readAs(text.markdown)).toBe("song by me](https://evil.example)");
  });

  test("cannot end the spoiler that it stands in", () => {
    const { markdown } = spoiler(joined([ours("v2"), linked(ours("listen"), "https://a.example/||x")], " "));
    expect(markupKinds(markdown)).toEqual(["link", "spoiler"]);
    expect(readAs(markdown)).toBe("v2 listen");
  });
});

test("nothing stays nothing in bold, italics and spoilers, and adds no separator", () => {
  expect([bold(NOTHING), italic(NOTHING), spoiler(NOTHING)]).toEqual([NOTHING, NOTHING, NOTHING]);
  expect(joined([ours("a"), NOTHING, ours("b")], " · ").markdown).toBe("a · b");
});

test("only an id is a mention", () => {
  expect(userMention("80351110224678912").markdown).toBe("<@80351110224678912>");
  expect(() => userMention("everyone")).toThrow(RangeError);
});
