import type { APIEmbed } from "discord.js";
import type { DiscordMessage } from "../../src/presenters/discord/message.ts";

/** Everything that Discord would refuse of a message; the numbers are its documentation's, not our constants. */
export function refusals(message: DiscordMessage): readonly string[] {
  const { content, embeds, components, files } = message;
  return [
    ...wrong("content", content.length <= 2000),
    ...wrong("nothing to show", content !== "" || embeds.length > 0 || files.length > 0),
    ...wrong("embeds", embeds.length <= 10),
    ...wrong("6,000 over all embeds", embeds.reduce((sum, embed) => sum + lengthOf(embed), 0) <= 6000),
    ...embeds.flatMap(embedRefusals),
    ...wrong("rows", components.length <= 5),
    ...components.flatMap((row) => rowRefusals(row.components)),
    ...customIdRefusals(components.flatMap((row) => row.components)),
    ...files.flatMap(({ description, name }) => [
      ...wrong("alt text", description.length <= 1024 && description !== ""),
      ...wrong("file name", /^[a-z-]+\.(png|webp|jpg)$/.test(name)),
    ]),
  ];
}

type Component = DiscordMessage["components"][number]["components"][number];

function embedRefusals({ title, description, fields = [], footer, url, image, thumbnail }: APIEmbed): string[] {
  return [
    ...wrong("embed title", title === undefined || (title.trim() !== "" && title.length <= 256)),
    ...wrong("description", description === undefined || (description.trim() !== "" && description.length <= 4096)),
    ...wrong("fields", fields.length <= 25),
    ...fields.flatMap(({ name, value }) => [
      ...wrong("field name", name.trim() !== "" && name.length <= 256),
      ...wrong("field value", value.trim() !== "" && value.length <= 1024),
    ]),
    ...wrong("footer", footer === undefined || (footer.text.trim() !== "" && footer.text.length <= 2048)),
    ...[url, image?.url, thumbnail?.url].flatMap((address) =>
      wrong(`address ${address}`, address === undefined || /^(https|attachment):\/\/[^\s<>]+$/.test(address)),
    ),
  ];
}

function lengthOf({ title = "", description = "", fields = [], footer, author }: APIEmbed): number {
  const inFields = fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  return title.length + description.length + inFields + (footer?.text.length ?? 0) + (author?.name.length ?? 0);
}

function rowRefusals(row: readonly Component[]): string[] {
  return [
    ...wrong("components in a row", row.length > 0 && row.length <= (row.some(({ type }) => type === 3) ? 1 : 5)),
    ...row.flatMap((component) => {
      if (component.type === 2) return wrong("label", "label" in component && fits(component.label, 80));
      if (component.type !== 3) return ["a component that is no button and no menu"];
      const { options, placeholder } = component;
      return [
        ...wrong("options", options.length > 0 && options.length <= 25),
        ...wrong("one value twice", new Set(options.map(({ value }) => value)).size === options.length),
        ...wrong("two defaults", options.filter((option) => option.default).length <= 1),
        ...wrong("placeholder", placeholder === undefined || placeholder.length <= 150),
        ...options.flatMap(({ label, value, description }) => [
          ...wrong("option", fits(label, 100) && fits(value, 100)),
          ...wrong("option description", description === undefined || fits(description, 100)),
        ]),
      ];
    }),
  ];
}

function customIdRefusals(components: readonly Component[]): string[] {
  const ids = components.flatMap((component) => ("custom_id" in component ? component.custom_id : []));
  return [
    ...wrong(
      "custom id",
      ids.every((id) => fits(id, 100)),
    ),
    ...wrong(`one custom id twice: ${ids.join(", ")}`, new Set(ids).size === ids.length),
  ];
}

function fits(text: string | undefined, most: number): boolean {
  return text !== undefined && text.trim() !== "" && text.length <= most;
}

function wrong(what: string, isRight: boolean): string[] {
  return isRight ? [] : [what];
}
