import { ComponentType } from "discord.js";
import { everyComponent } from "../component-tree.ts";
import { type Json, listOf } from "../json.ts";
import type { Finding } from "./finding.ts";

const MOST_ROWS = 5;

/** Rules on modals that Discord's description of its API leaves out. */
export function modalFindings(data: Json): readonly Finding[] {
  const rows = listOf(data["components"]);
  const ids = everyComponent(rows)
    .map((component) => component["custom_id"])
    .filter((id) => typeof id === "string");
  const isCrowded = rows.some((row) => row["type"] === ComponentType.ActionRow && listOf(row["components"]).length > 1);
  return [
    ...(rows.length > MOST_ROWS ? [finding("too-many-rows", `${rows.length} rows`)] : []),
    ...(isCrowded ? [finding("row-too-wide", "one input a row")] : []),
    ...(new Set(ids).size < ids.length ? [finding("repeated-custom-id", "two inputs have one custom_id")] : []),
  ];
}

function finding(rule: string, message: string): Finding {
  return { rule, at: "data.components", message };
}
