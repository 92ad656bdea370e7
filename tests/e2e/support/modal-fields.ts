import { ComponentType } from "discord.js";
import { everyComponent } from "./component-tree.ts";
import { type Json, jsonOf, listOf, numberOf, textOf } from "./json.ts";

const MOST_TYPED = 4_000;

/**
 * A modal as a person hands it in.
 * @param values by an input's custom id or label
 * @throws RangeError when Discord's client would not let them
 */
export function filledIn(modal: Json, values: Readonly<Record<string, string>>): Json {
  const rows = listOf(modal["components"]);
  const labels = rows.flatMap((row) => [row, ...everyComponent([row])].map(({ label }) => label));
  const ids = everyComponent(rows).map((component) => component["custom_id"]);
  const stranger = Object.keys(values).find((name) => !labels.includes(name) && !ids.includes(name));
  if (stranger !== undefined) throw new RangeError(`The modal has no input "${stranger}"`);
  return { custom_id: modal["custom_id"], components: rows.map((row) => filledRow(row, values)) };
}

/** Inputs stand in a row, or in a label of the newer kind. */
function filledRow(row: Json, values: Readonly<Record<string, string>>): Json {
  const { type } = row;
  if (type === ComponentType.Label) {
    return { type, id: 1, component: filledInput(jsonOf(row["component"]), textOf(row["label"]), values) };
  }
  const inputs = listOf(row["components"]).map((input) => filledInput(input, textOf(input["label"]), values));
  return { type, id: 1, components: inputs };
}

function filledInput(input: Json, label: string, values: Readonly<Record<string, string>>): Json {
  const id = textOf(input["custom_id"]);
  const value = values[id] ?? values[label] ?? textOf(input["value"]);
  if (input["type"] === ComponentType.StringSelect)
    return { type: input["type"], id: 2, custom_id: id, values: [value] };
  const { min_length: min, max_length: max, required } = input;
  const isTooShort = value.length < numberOf(min) || (required !== false && value === "");
  if (isTooShort || value.length > (numberOf(max) || MOST_TYPED)) {
    throw new RangeError(`Discord's client would not hand in "${value}" for "${label || id}"`);
  }
  return { type: input["type"], id: 2, custom_id: id, value };
}
