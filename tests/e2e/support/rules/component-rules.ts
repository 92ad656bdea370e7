import { ButtonStyle, ComponentType } from "discord.js";
import { everyComponent } from "../component-tree.ts";
import { type Json, listOf, numberOf, textOf } from "../json.ts";
import type { Finding } from "./finding.ts";

/** https://docs.discord.com/developers/components/reference */
const MOST_ROWS = 5;
const MOST_BUTTONS = 5;
const MOST_COMPONENTS_V2 = 40;
const MOST_TEXT_V2 = 4_000;
const SELECTS = new Set<unknown>([
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
]);

/** Rules on components that Discord's description of its API leaves out. */
export function componentFindings(components: readonly Json[], isV2: boolean): readonly Finding[] {
  const all = everyComponent(components);
  return [
    ...(isV2 ? v2Findings(components) : v1Findings(components)),
    ...repeatedIds(all),
    ...all.flatMap(rowFindings),
    ...all.flatMap(buttonFindings),
    ...all.flatMap(selectFindings),
  ];
}

function v1Findings(components: readonly Json[]): readonly Finding[] {
  const tooMany = components.length > MOST_ROWS;
  const strangers = components.filter(({ type }) => type !== ComponentType.ActionRow);
  return [
    ...(tooMany ? [finding("too-many-rows", "components", `${components.length} rows`)] : []),
    ...strangers.map(({ type }) =>
      finding("components-v2-unflagged", "components", `type ${type} stands outside of a row without the flag`),
    ),
  ];
}

function v2Findings(components: readonly Json[]): readonly Finding[] {
  const all = everyComponent(components);
  const text = all.reduce((sum, { content }) => sum + textOf(content).length, 0);
  return [
    ...(all.length > MOST_COMPONENTS_V2 ? [finding("too-many-components", "components", `${all.length}`)] : []),
    ...(text > MOST_TEXT_V2 ? [finding("components-too-long", "components", `${text} characters of text`)] : []),
  ];
}

function repeatedIds(all: readonly Json[]): readonly Finding[] {
  const ids = all.map((component) => component["custom_id"]).filter((id) => typeof id === "string");
  const repeated = new Set(ids.filter((id, i) => ids.indexOf(id) !== i));
  return [...repeated].map((id) => finding("repeated-custom-id", "components", `"${id}" is not unique`));
}

function rowFindings(row: Json): readonly Finding[] {
  if (row["type"] !== ComponentType.ActionRow) return [];
  const inside = listOf(row["components"]);
  const selects = inside.filter(({ type }) => SELECTS.has(type)).length;
  return [
    ...(inside.length > MOST_BUTTONS ? [finding("row-too-wide", "components", `${inside.length} in a row`)] : []),
    ...(selects > 0 && inside.length > 1
      ? [finding("row-shared-with-select", "components", "a select takes all")]
      : []),
  ];
}

function buttonFindings(button: Json): readonly Finding[] {
  if (button["type"] !== ComponentType.Button) return [];
  const { style, label, emoji } = button;
  const has = (key: string) => typeof button[key] === "string" && button[key] !== "";
  const isLink = style === ButtonStyle.Link;
  const isComplete = isLink ? has("url") && !has("custom_id") : style === ButtonStyle.Premium || has("custom_id");
  const isSeen = style === ButtonStyle.Premium || textOf(label).trim() !== "" || emoji !== undefined;
  return [
    ...(isComplete ? [] : [finding("button-leads-nowhere", "components", "a link needs its url, another a custom_id")]),
    ...(isSeen ? [] : [finding("button-without-face", "components", "neither label nor emoji")]),
  ];
}

function selectFindings(select: Json): readonly Finding[] {
  if (select["type"] !== ComponentType.StringSelect) return [];
  const options = listOf(select["options"]).map(({ value }) => value);
  const isRepeated = new Set(options).size < options.length;
  const most = select["max_values"] === undefined ? 1 : numberOf(select["max_values"]);
  return [
    ...(options.length === 0 ? [finding("select-without-options", "components", "nothing to choose")] : []),
    ...(isRepeated ? [finding("repeated-option", "components", "two options have one value")] : []),
    ...(most > options.length ? [finding("select-wants-too-many", "components", `${most} of ${options.length}`)] : []),
  ];
}

function finding(rule: string, at: string, message: string): Finding {
  return { rule, at, message };
}
