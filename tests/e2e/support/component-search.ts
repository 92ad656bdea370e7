import type { APIMessage, ComponentType } from "discord.js";
import { everyComponent } from "./component-tree.ts";
import { type Json, listOf } from "./json.ts";

/**
 * The component that a person can use, by its custom id, label or placeholder.
 * @throws RangeError when it is not there, or greyed out
 */
export function findUsable(message: APIMessage, name: string, types: readonly ComponentType[]): Json {
  const all = everyComponent(listOf(message.components)).filter(({ type }) => types.some((one) => one === type));
  const found = all.find((component) =>
    [component["custom_id"], component["label"], component["placeholder"]].includes(name),
  );
  if (!found) {
    const there = all.map(({ label, placeholder, custom_id: id }) => label ?? placeholder ?? id);
    throw new RangeError(`The message offers no "${name}", but: ${there.join(", ") || "nothing"}`);
  }
  if (found["disabled"] === true) throw new RangeError(`"${name}" is greyed out`);
  if (found["custom_id"] === undefined) throw new RangeError(`"${name}" is a link, which Discord opens itself`);
  return found;
}
