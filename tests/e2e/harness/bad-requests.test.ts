import { describe, expect, test } from "vitest";
import { discordForTest } from "../support/discord-for-test.ts";
import type { UploadedFile } from "../support/request-body.ts";
import { checkCallback, checkCommands, checkNewMessage } from "../support/request-checks.ts";
import { smallBot } from "./small-bot.ts";

const NOBODY = { parse: [], replied_user: false };
const button = (more: object = {}) => ({ type: 2, style: 1, label: "Pick", custom_id: "pick", ...more });
const row = (...components: object[]) => ({ type: 1, components });
const option = (n: number) => ({ label: `Option ${n}`, value: String(n) });
const menu = (more: object = {}) => ({ type: 3, custom_id: "menu", options: [option(1), option(2)], ...more });
const field = (name: string, value: string) => ({ name, value });
const many = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));
const text = (content: string) => ({ type: 10, content });
const V2 = 1 << 15;

function exchange(body: unknown, files: readonly UploadedFile[] = []) {
  return { at: 0, method: "POST", path: "/", query: new URLSearchParams(), body, files, status: null };
}

/** Rule → a message that breaks it, and nothing else. */
const BAD_MESSAGES: readonly (readonly [rule: string, what: string, body: object])[] = [
  ["content-too-long", "2,001 characters", { content: "x".repeat(2_001) }],
  [
    "embeds-too-long",
    "6,001 characters over two embeds",
    { embeds: many(2, (i) => ({ description: "x".repeat(3_000 + i) })) },
  ],
  ["blank-field", "a field of spaces", { embeds: [{ fields: [field("Opening 1", "  ")] }] }],
  ["empty-embed", "an embed that shows nothing", { content: "x", embeds: [{ color: 5 }] }],
  ["discord-schema", "eleven embeds", { embeds: many(11, () => ({ title: "x" })) }],
  ["discord-schema", "26 fields", { embeds: [{ fields: many(26, () => field("a", "b")) }] }],
  ["discord-schema", "a title of 257", { embeds: [{ title: "x".repeat(257) }] }],
  ["discord-schema", "a description of 4,097", { embeds: [{ description: "x".repeat(4_097) }] }],
  ["discord-schema", "a field's value of 1,025", { embeds: [{ fields: [field("a", "x".repeat(1_025))] }] }],
  ["discord-schema", "a label of 81", { content: "x", components: [row(button({ label: "x".repeat(81) }))] }],
  ["discord-schema", "a custom id of 101", { content: "x", components: [row(button({ custom_id: "x".repeat(101) }))] }],
  [
    "discord-schema",
    "a link that is none",
    { content: "x", components: [row({ type: 2, style: 5, label: "x", url: "no" })] },
  ],
  ["too-many-rows", "six rows", { content: "x", components: many(6, (i) => row(button({ custom_id: `b${i}` }))) }],
  [
    "row-too-wide",
    "six buttons",
    { content: "x", components: [row(...many(6, (i) => button({ custom_id: `b${i}` })))] },
  ],
  ["repeated-custom-id", "one custom id twice", { content: "x", components: [row(button(), button())] }],
  [
    "button-leads-nowhere",
    "a button without custom id",
    { content: "x", components: [row({ type: 2, style: 1, label: "x" })] },
  ],
  [
    "button-without-face",
    "a button without label",
    { content: "x", components: [row({ type: 2, style: 1, custom_id: "x" })] },
  ],
  ["row-shared-with-select", "a menu beside a button", { content: "x", components: [row(menu(), button())] }],
  [
    "repeated-option",
    "one value twice",
    { content: "x", components: [row(menu({ options: [option(1), option(1)] }))] },
  ],
  ["select-wants-too-many", "three of two", { content: "x", components: [row(menu({ max_values: 3 }))] }],
  ["mixed-with-components-v2", "content beside Components v2", { content: "x", flags: V2, components: [text("y")] }],
  [
    "mixed-with-components-v2",
    "embeds beside Components v2",
    { embeds: [{ title: "x" }], flags: V2, components: [text("y")] },
  ],
  ["components-v2-unflagged", "Components v2 without the flag", { content: "x", components: [text("y")] }],
  [
    "components-too-long",
    "4,001 characters of text",
    { flags: V2, components: [text("x".repeat(2_001)), text("x".repeat(2_000))] },
  ],
  [
    "too-many-components",
    "41 components",
    { flags: V2, components: [{ type: 17, components: many(40, () => text("y")) }] },
  ],
  ["empty-message", "nothing at all", { content: " " }],
  [
    "attachment-without-file",
    "an attachment that did not come",
    { content: "x", attachments: [{ id: "0", filename: "a.png" }] },
  ],
  ["dangling-attachment", "a picture that did not come", { embeds: [{ image: { url: "attachment://a.png" } }] }],
  ["unknown-key", "a typing error", { content: "x", embed: { title: "x" } }],
  ["unknown-key", "a typing error deep inside", { embeds: [{ title: "x", feilds: [] }] }],
];

describe("a message", () => {
  test.each(BAD_MESSAGES)("breaks %s with %s", (rule, _what, body) => {
    const findings = checkNewMessage(exchange({ allowed_mentions: NOBODY, ...body }));
    expect(new Set(findings.map((finding) => finding.rule))).toContain(rule);
    expect(findings.filter((finding) => ![rule, "discord-schema"].includes(finding.rule))).toEqual([]);
  });

  test.each([
    ["is silent about mentions", {}],
    ["lets everybody be pinged", { allowed_mentions: { parse: ["everyone"] } }],
    ["lets somebody be pinged", { allowed_mentions: { parse: [], users: ["123456789012345678"] } }],
    ["pings whom it replies to", { allowed_mentions: { parse: [], replied_user: true } }],
  ])("that %s is noticed", (_what, body) => {
    const [finding] = checkNewMessage(exchange({ content: "x", ...body }));
    expect(finding).toMatchObject({ rule: "mentions-allowed", isHouseRule: true });
  });

  test("with an alt text of 1,025 characters is refused", () => {
    const files = [{ index: 0, name: "a.png", bytes: new Uint8Array(1) }];
    const attachments = [{ id: "0", filename: "a.png", description: "x".repeat(1_025) }];
    const [finding] = checkNewMessage(exchange({ allowed_mentions: NOBODY, attachments }, files));
    expect(finding).toMatchObject({ rule: "discord-schema", at: "attachments.0.description" });
  });

  test("that uses every limit to the full is fine", () => {
    const embeds = [
      { title: "x".repeat(256), description: "x".repeat(4_096), fields: many(25, () => field("a", "b")) },
    ];
    const components = many(5, (r) => row(...many(5, (b) => button({ custom_id: `${r}${b}`, label: "x".repeat(80) }))));
    const body = { content: "x".repeat(2_000), embeds, components, allowed_mentions: NOBODY };
    expect(checkNewMessage(exchange(body))).toEqual([]);
  });
});

const modal = (more: object) => ({ custom_id: "m", title: "Search", components: [row(input("a"))], ...more });
const input = (id: string) => ({ type: 4, custom_id: id, style: 1, label: "Title" });

describe("an answer to an interaction", () => {
  test.each([
    ["callback-type", "of an unknown type", { type: 99 }],
    [
      "discord-schema",
      "with 26 suggestions",
      { type: 8, data: { choices: many(26, (i) => ({ name: "x", value: `${i}` })) } },
    ],
    [
      "discord-schema",
      "with a suggestion of 101 characters",
      { type: 8, data: { choices: [{ name: "x".repeat(101), value: "1" }] } },
    ],
    ["discord-schema", "with a modal's title of 46", { type: 9, data: modal({ title: "x".repeat(46) }) }],
    [
      "repeated-custom-id",
      "with one input twice",
      { type: 9, data: modal({ components: [row(input("a")), row(input("a"))] }) },
    ],
    ["too-many-rows", "with six inputs", { type: 9, data: modal({ components: many(6, (i) => row(input(`${i}`))) }) }],
    ["mentions-allowed", "that could ping", { type: 4, data: { content: "x" } }],
    [
      "content-too-long",
      "of 2,001 characters",
      { type: 7, data: { content: "x".repeat(2_001), allowed_mentions: NOBODY } },
    ],
  ])("breaks %s %s", (rule, _what, body) => {
    expect(checkCallback(exchange(body)).map((finding) => finding.rule)).toContain(rule);
  });
});

const command = (more: object = {}) => ({ name: "opfind", description: "Find it", type: 1, ...more });
const string = (name: string, more: object = {}) => ({ type: 3, name, description: "x", ...more });

describe("a command's definition", () => {
  test.each([
    ["discord-schema", "a description of 101", [command({ description: "x".repeat(101) })]],
    ["discord-schema", "26 options", [command({ options: many(26, (i) => string(`o${i}`)) })]],
    ["description", "none", [command({ description: "" })]],
    ["name", "capitals", [command({ name: "OpFind" })]],
    ["name", "a blank in an option", [command({ options: [string("my title")] })]],
    ["repeated-name", "its name twice", [command(), command()]],
    [
      "required-after-optional",
      "options in the wrong order",
      [command({ options: [string("a"), string("b", { required: true })] })],
    ],
    ["locale", "a locale that Discord lacks", [command({ name_localizations: { jp: "x" } })]],
    ["too-many-commands", "company of a hundred", many(101, (i) => command({ name: `c${i}` }))],
    [
      "command-too-long",
      "8,001 characters",
      [
        command({
          options: many(25, (i) =>
            string(`o${i}`, { choices: many(25, (n) => ({ name: `x${n}`, value: "x".repeat(20) })) }),
          ),
        }),
      ],
    ],
  ])("breaks %s with %s", (rule, _what, commands) => {
    expect(checkCommands(exchange(commands)).map((finding) => finding.rule)).toContain(rule);
  });

  test("with permissions in digits is fine", () => {
    const commands = [command({ default_member_permissions: "32" }), { name: "Find OP/ED", type: 3, description: "" }];
    expect(checkCommands(exchange(commands))).toEqual([]);
  });
});

describe("over the wire", () => {
  test("a bad message is refused as Discord refuses it, and recorded", async () => {
    const discord = await discordForTest();
    const client = await smallBot(discord);
    const channel = await client.channels.fetch(discord.channelId("general"));
    if (!channel?.isSendable()) throw new TypeError("general takes messages");
    await expect(channel.send("x".repeat(2_001))).rejects.toMatchObject({ code: 50035, status: 400 });
    await expect(channel.send("")).rejects.toMatchObject({ code: 50006 });
    expect(discord.takeViolations().map(({ rule }) => rule)).toEqual(["content-too-long", "empty-message"]);
  });

  test("a house rule is recorded, and the message arrives", async () => {
    const discord = await discordForTest();
    const client = await smallBot(discord, { options: { allowedMentions: { parse: ["everyone"] } } });
    const channel = await client.channels.fetch(discord.channelId("general"));
    if (!channel?.isSendable()) throw new TypeError("general takes messages");
    await channel.send("@everyone");
    expect(discord.messages("general")).toHaveLength(1);
    expect(discord.takeViolations()).toMatchObject([{ rule: "mentions-allowed", at: "allowed_mentions" }]);
  });

  test("a route that Discord lacks is recorded", async () => {
    const discord = await discordForTest();
    const client = await smallBot(discord);
    await expect(client.rest.post("/channels/1/mesages", { body: {} })).rejects.toMatchObject({ status: 404 });
    expect(discord.takeViolations()).toMatchObject([{ rule: "unknown-route" }]);
  });
});
