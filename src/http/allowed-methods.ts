/** Which methods an address knows, for the answer to one that it does not. */
export class AllowedMethods {
  readonly #routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  /** @param url with its parameters as `:name` */
  learn(url: string, methods: readonly string[]): void {
    const pattern = url.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:[A-Za-z]+/g, "[^/]+");
    this.#routes.push({ pattern: new RegExp(`^${pattern}$`), methods });
  }

  /** @returns in alphabetical order; empty when there is nothing at this address */
  of(path: string): readonly string[] {
    const matching = this.#routes.filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ methods }) => methods))].sort();
  }
}
