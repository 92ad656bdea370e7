import { createHash } from "node:crypto";
import { z } from "zod";
import { Collection, OPERATIONS, Refusal } from "./collection.ts";
import { FILTER, type Point } from "./filter.ts";

export interface Asked {
  readonly method: string;
  /** the path's parts, decoded */
  readonly parts: readonly string[];
  /** names of the parameters behind the question mark */
  readonly query: readonly string[];
  readonly body: unknown;
}

const PARAMETERS = ["wait", "ordering", "consistency"];
const SELECTION = {
  with_payload: z.union([z.boolean(), z.array(z.string())]).default(true),
  with_vector: z.union([z.boolean(), z.array(z.string())]).default(false),
};
const SCROLL = z.strictObject({
  ...SELECTION,
  offset: z.number().nullish(),
  limit: z.number().default(10),
  filter: FILTER.nullish(),
});
const READ = z.strictObject({ ...SELECTION, ids: z.array(z.number()) });
const COUNT = z.strictObject({ filter: FILTER.nullish(), exact: z.boolean().optional() });
const PARAMS = z.strictObject({
  hnsw_ef: z.int().positive().optional(),
  quantization: z.strictObject({ rescore: z.boolean(), oversampling: z.number().min(1) }).optional(),
});
const SEARCHES = z.strictObject({
  searches: z.array(
    z.strictObject({
      ...SELECTION,
      query: z.array(z.number()),
      using: z.string(),
      limit: z.int().positive().default(10),
      filter: FILTER.nullish(),
      params: PARAMS.optional(),
    }),
  ),
});
const ALIASES = z.strictObject({
  actions: z.array(
    z.union([
      z.strictObject({ create_alias: z.strictObject({ alias_name: z.string(), collection_name: z.string() }) }),
      z.strictObject({ delete_alias: z.strictObject({ alias_name: z.string() }) }),
    ]),
  ),
});
const FIELD = z.strictObject({ field_name: z.string(), field_schema: z.enum(["keyword", "integer"]) });
const NAMED = z.strictObject({ dense: z.strictObject({ size: z.int().positive(), distance: z.literal("Dot") }) });
const INT8 = z.strictObject({ type: z.literal("int8"), quantile: z.number(), always_ram: z.boolean() });
const MAKING = z.strictObject({
  vectors: z.strictObject({}),
  hnsw_config: z.strictObject({
    m: z.int().positive(),
    ef_construct: z.int().min(4),
    full_scan_threshold: z.int().min(10),
    on_disk: z.boolean(),
  }),
  wal_config: z.strictObject({ wal_capacity_mb: z.int().positive() }),
  replication_factor: z.int().positive(),
  write_consistency_factor: z.int().positive(),
  quantization_config: z.strictObject({ scalar: INT8 }).optional(),
  shard_number: z.int().positive().optional(),
});
const CHANGING = z.strictObject({ vectors: z.record(z.string(), z.strictObject({ on_disk: z.boolean() })) });

/**
 * What the server holds, and what it answers. It knows the requests that opfind sends and refuses every other word, so a
 * slip of the pen fails a test also where the published interface is not at hand.
 */
export class QdrantEngine {
  readonly collections = new Map<string, Collection>();
  readonly aliases = new Map<string, string>();
  readonly snapshots = new Map<string, string>();

  /** The `result` of an answer; a string is a file. @throws Refusal */
  answer({ method, parts, query, body }: Asked): unknown {
    const stranger = query.find((name) => !PARAMETERS.includes(name));
    if (stranger !== undefined) throw new Refusal(422, `no parameter ${stranger} is known to the double`);
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
      this.collections.set(name, new Collection(MAKING.parse(body)));
      return true;
    }
    if (method === "DELETE") return this.collections.delete(name);
    const collection = this.find(name);
    if (method === "PATCH") CHANGING.parse(body);
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

function points(collection: Collection, { method, parts, body }: Omit<Asked, "query">): unknown {
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
