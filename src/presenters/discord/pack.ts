import { joined, type Markdown } from "./markdown.ts";

/** Songs under headings, before they are laid out on pages. */
export interface Section {
  readonly heading: Markdown;
  /** the heading again where the section goes on on another page */
  readonly continued: Markdown;
  readonly groups: readonly Group[];
}

export interface Group {
  /** null for items that stand right below the section's heading */
  readonly heading: Markdown | null;
  /** kept whole: an item is never torn apart */
  readonly items: readonly Markdown[];
}

export interface Budget {
  readonly length: number;
  readonly items: number;
}

export interface PackedPage {
  readonly text: Markdown;
  /** which sections have items here, by their place in the list */
  readonly sections: readonly number[];
}

/**
 * Lays items out on pages in their order, each exactly once, with its headings above it on every page.
 * @throws RangeError when an item with its headings is longer than a page
 */
export function pack(sections: readonly Section[], budget: Budget): readonly PackedPage[] {
  const pages: OpenPage[] = [];
  let page = new OpenPage(budget);
  for (const item of flat(sections)) {
    if (!page.takes(item)) {
      pages.push(page);
      page = new OpenPage(budget);
      if (!page.takes(item)) throw new RangeError(`An item of ${item.text.markdown.length} does not fit a page`);
    }
    page.add(item);
  }
  return [...pages, page].map((full) => full.close()).filter(({ sections: on }) => on.length > 0);
}

interface PlacedItem {
  readonly text: Markdown;
  readonly section: number;
  readonly sectionHeading: Markdown;
  /** of the whole list, so that equal headings of two sections stay apart */
  readonly group: number;
  readonly groupHeading: Markdown | null;
}

function flat(sections: readonly Section[]): readonly PlacedItem[] {
  let group = 0;
  return sections.flatMap(({ heading, continued, groups }, section) => {
    let isFirst = true;
    return groups.flatMap(({ heading: groupHeading, items }) => {
      group += 1;
      return items.map((text) => {
        const sectionHeading = isFirst ? heading : continued;
        isFirst = false;
        return { text, section, sectionHeading, group, groupHeading };
      });
    });
  });
}

/** A page while it is filled. */
class OpenPage {
  readonly #budget: Budget;
  readonly #lines: Markdown[] = [];
  readonly #sections = new Set<number>();
  #items = 0;
  #length = 0;
  #group = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  takes(item: PlacedItem): boolean {
    const added = this.#linesFor(item).reduce((sum, { markdown }) => sum + markdown.length + 1, 0);
    return this.#items < this.#budget.items && this.#length + added <= this.#budget.length;
  }

  add(item: PlacedItem): void {
    const lines = this.#linesFor(item);
    this.#lines.push(...lines);
    this.#length += lines.reduce((sum, { markdown }) => sum + markdown.length + 1, 0);
    this.#items += 1;
    this.#sections.add(item.section);
    this.#group = item.group;
  }

  close(): PackedPage {
    return { text: joined(this.#lines, "\n"), sections: [...this.#sections] };
  }

  #linesFor({ text, section, sectionHeading, group, groupHeading }: PlacedItem): readonly Markdown[] {
    const above = this.#sections.has(section) ? [] : [sectionHeading];
    return [...above, ...(group !== this.#group && groupHeading ? [groupHeading] : []), text];
  }
}
