import { createHash } from "node:crypto";
import { z } from "zod";
import { Collection, OPERATIONS, Refusal } from "./collection.ts";
import { FILTER, type Point } from "./filter.ts";

export interface Asked {
  readonly method: string;
  /** the path's parts, decoded */
  readonly parts: readonly string[];
  readonly body: unknown;
}

const SELECTION = {
  with_payload: z.union([z.boolean(), z.array(z.string())]).default(true),
  with_vector: z.union([z.boolean(), z.array(z.string())]).default(false),
};
const SCROLL = z.object({
  ...SELECTION,
  offset: z.number().nullish(),
  limit: z.number().default(10),
  filter: FILTER.nullish(),
});
const READ = z.object({ ...SELECTION, ids: z.array(z.number()) });
const COUNT = z.object({ filter: FILTER.nullish() });
const SEARCHES = z.object({
  searches: z.array(
    z.object({
      query: z.array(z.number()),
      using: z.string(),
      limit: z.number().default(10),
      filter: FILTER.nullish(),
    }),
  ),
});
const ALIASES = z.object({
  actions: z.array(
    z.union([
      z.strictObject({ create_alias: z.object({ alias_name: z.string(), collection_name: z.string() }) }),
      z.strictObject({ delete_alias: z.object({ alias_name: z.string() }) }),
    ]),
  ),
});
const FIELD = z.object({ field_name: z.string(), field_schema: z.string() });
const NAMED = z.object({ dense: z.object({ size: z.number() }) });

/** What the server holds, and what it answers. */
export class QdrantEngine {
  readonly collections = new Map<string, Collection>();
  readonly aliases = new Map<string, string>();
  readonly snapshots = new Map<string, string>();

  /** The `result` of an answer; a string is a file. @throws Refusal */
  answer({ method, parts, body }: Asked): unknown {
    const [root, name = "", kind, leaf] = parts;
    if (root === "aliases") return this.#aliases();
    if (root !== "collections") throw new Refusal(404, `unknown path ${parts.join("/")}`);
    if (name === "") return { collections: [...this.collections.keys()].map((key) => ({ name: key })) };
    if (name === "aliases") return this.#changeAliases(body);
    if (kind === undefined) return this.#collection(method, name, body);
    const collection = this.find(name);
    switch (kind) {
      case "index":
        return this.#index(collection, body);
      case "vectors":
        collection.sizes.set(leaf ?? "", NAMED.parse(body).dense.size);
        return done();
      case "snapshots":
        return this.#snapshots({ method, name, file: leaf });
      case "points":
        return points(collection, { method, parts: parts.slice(3), body });
    }
    throw new Refusal(404, `unknown path ${parts.join("/")}`);
  }

  /** By name or alias. */
  find(name: string): Collection {
    const found = this.collections.get(this.aliases.get(name) ?? name);
    if (!found) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
    return found;
  }

  #collection(method: string, name: string, body: unknown): unknown {
    if (method === "PUT") {
      if (this.collections.has(name)) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
      this.collections.set(name, new Collection(z.record(z.string(), z.unknown()).parse(body)));
      return true;
    }
    if (method === "DELETE") return this.collections.delete(name);
    const collection = this.find(name);
    return method === "PATCH" ? true : describe(collection);
  }

  #aliases() {
    const aliases = [...this.aliases].map(([alias_name, collection_name]) => ({ alias_name, collection_name }));
    return { aliases };
  }

  #changeAliases(body: unknown): boolean {
    for (const action of ALIASES.parse(body).actions) {
      if ("delete_alias" in action) {
        this.aliases.delete(action.delete_alias.alias_name);
        continue;
      }
      const { alias_name: alias, collection_name: name } = action.create_alias;
      if (this.collections.has(alias)) throw new Refusal(409, `Wrong input: Collection \`${alias}\` already exists!`);
      this.find(name);
      this.aliases.set(alias, name);
    }
    return true;
  }

  #index(collection: Collection, body: unknown) {
    const { field_name: field, field_schema: schema } = FIELD.parse(body);
    collection.indexes.set(field, schema);
    return done();
  }

  #snapshots({ method, name, file }: { method: string; name: string; file: string | undefined }): unknown {
    if (file !== undefined) {
      const content = this.snapshots.get(file);
      if (content === undefined) throw new Refusal(404, `Not found: Snapshot ${file}`);
      return content;
    }
    if (method === "POST") {
      const content = JSON.stringify([...this.find(name).points.values()].map(written));
      const made = `${name}-${this.snapshots.size + 1}.snapshot`;
      this.snapshots.set(made, content);
      return snapshotFacts(made, content);
    }
    return [...this.snapshots].map(([made, content]) => snapshotFacts(made, content));
  }
}

function points(collection: Collection, { method, parts, body }: Asked): unknown {
  const [leaf, more] = parts;
  if (leaf === undefined && method === "POST") {
    const { ids, ...selection } = READ.parse(body);
    return ids.flatMap((id) => shown(collection.points.get(id), selection));
  }
  switch (leaf) {
    case "batch":
      return OPERATIONS.parse(body).operations.map((operation) => {
        collection.apply(operation);
        return done();
      });
    case "scroll":
      return scroll(collection, SCROLL.parse(body));
    case "count":
      return { count: collection.select(COUNT.parse(body).filter ?? undefined).length };
    case "query":
      if (more !== "batch") break;
      return SEARCHES.parse(body).searches.map(({ query, using, limit, filter }) => ({
        points: collection.search(query, using, filter ?? undefined).slice(0, limit),
      }));
  }
  throw new Refusal(404, `unknown path points/${parts.join("/")}`);
}

function scroll(collection: Collection, { offset, limit, filter, ...selection }: z.infer<typeof SCROLL>) {
  const all = collection.select(filter ?? undefined).filter(({ id }) => id >= (offset ?? 0));
  return {
    points: all.slice(0, limit).flatMap((point) => shown(point, selection)),
    next_page_offset: all[limit]?.id ?? null,
  };
}

function shown(point: Point | undefined, wanted: Pick<z.infer<typeof SCROLL>, "with_payload" | "with_vector">) {
  if (!point) return [];
  const { with_payload: fields, with_vector: names } = wanted;
  const payload = Array.isArray(fields) ? pick(point.payload, fields) : point.payload;
  const all = Object.fromEntries([...point.vectors].map(([name, vector]) => [name, [...vector]]));
  const vector = Array.isArray(names) ? pick(all, names) : all;
  return [{ id: point.id, ...(fields ? { payload } : {}), ...(names ? { vector } : {}) }];
}

function pick<T>(from: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));
}

function written({ id, vectors, payload }: Point) {
  return { id, payload, vectors: Object.fromEntries([...vectors].map(([name, vector]) => [name, [...vector]])) };
}

function snapshotFacts(name: string, content: string) {
  const checksum = createHash("sha256").update(content).digest("hex");
  return { name, size: Buffer.byteLength(content), creation_time: "2026-01-02T03:04:05", checksum };
}

function describe({ sizes, points: stored, indexes }: Collection) {
  const vectors = Object.fromEntries([...sizes].map(([name, size]) => [name, { size, distance: "Dot" }]));
  return {
    status: "green",
    optimizer_status: "ok",
    segments_count: 1,
    points_count: stored.size,
    indexed_vectors_count: 0,
    payload_schema: Object.fromEntries([...indexes].map(([field, data_type]) => [field, { data_type, points: 0 }])),
    config: {
      params: { vectors },
      hnsw_config: { m: 16, ef_construct: 100, full_scan_threshold: 10_000 },
      optimizer_config: {
        deleted_threshold: 0.2,
        vacuum_min_vector_number: 1000,
        default_segment_number: 0,
        flush_interval_sec: 5,
      },
    },
  };
}

function done() {
  return { operation_id: 1, status: "completed" };
}
