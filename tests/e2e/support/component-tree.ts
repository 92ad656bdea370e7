import { isJson, type Json, listOf } from "./json.ts";

/** Each component of a message or modal, however deep it stands, in reading order. */
export function everyComponent(components: readonly Json[]): readonly Json[] {
  return components.flatMap((component) => [
    component,
    ...everyComponent(listOf(component["components"])),
    ...everyComponent([component["accessory"], component["component"]].filter(isJson)),
  ]);
}
