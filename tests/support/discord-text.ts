import { parse } from "discord-markdown-parser";

/** What Discord makes of a text, by a parser that others wrote after Discord's client. */
interface MarkupNode {
  readonly type: string;
  readonly content?: string | readonly MarkupNode[];
  readonly target?: string;
  /** of an emoji: itself */
  readonly name?: string;
}

/** Every node of a text, those inside others included. */
export function markupOf(text: string): readonly MarkupNode[] {
  const flat = (nodes: readonly MarkupNode[]): readonly MarkupNode[] =>
    nodes.flatMap((node) => [node, ...(typeof node.content === "object" ? flat(node.content) : [])]);
  return flat(parse(text, "extended"));
}

/** What a person reads: the text without its markup. */
export function readAs(text: string): string {
  const words = (nodes: readonly MarkupNode[]): string =>
    nodes
      .map(({ type, content, name }) => {
        if (type === "br" || type === "newline") return "\n";
        // The parser takes a heading's line break for a part of the heading.
        if (type === "heading" && typeof content === "object") return `${words(content)}\n`;
        return typeof content === "object" ? words(content) : (content ?? name ?? "");
      })
      .join("");
  return words(parse(text, "extended"));
}

/** The kinds of markup in a text, plain text and line breaks left out. */
export function markupKinds(text: string): readonly string[] {
  const plain = new Set(["text", "br", "newline", "twemoji"]);
  return [...new Set(markupOf(text).map(({ type }) => type))].filter((type) => !plain.has(type)).sort();
}

/** Addresses that a reader could follow. */
export function linksIn(text: string): readonly string[] {
  return markupOf(text).flatMap(({ target }) => target ?? []);
}
