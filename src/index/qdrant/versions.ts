import { z } from "zod";
import { OpfindError } from "../../errors.ts";
import type { QdrantConnection } from "./connection.ts";
import { bringUp, settle } from "./follow.ts";
import { QdrantPoints } from "./points.ts";
import { INDEXED_FIELDS } from "./poster-point.ts";
import { isConflict } from "./qdrant-failure.ts";
import type { QdrantSettings } from "./settings.ts";
import { VectorSpace } from "./vector-space.ts";

const ALIASES = z.object({
  aliases: z.array(z.object({ alias_name: z.string(), collection_name: z.string() })),
});
const COLLECTIONS = z.object({ collections: z.array(z.object({ name: z.string() })) });
const YES = z.literal(true);
/** Below this the server scans: with few posters of a network a graph costs more than it saves. Its own default, in kB. */
const FULL_SCAN_KB = 10_000;

interface VersionsDeps {
  readonly connection: QdrantConnection;
  readonly settings: QdrantSettings;
  readonly elapsedMs: () => number;
}

/** Every version there is, and the one that answers. */
export interface VersionList {
  readonly current: number;
  /** ascending */
  readonly all: readonly number[];
}

/**
 * The collections behind the alias that everybody uses. A new version is filled beside the one that answers and takes
 * its place in one step; the former one stays for a way back.
 */
export class QdrantVersions {
  readonly #deps: VersionsDeps;

  constructor(deps: VersionsDeps) {
    this.#deps = deps;
  }

  /** The points behind the alias. Makes the first version where there is none. @throws like `QdrantConnection.ask` */
  async open(signal: AbortSignal): Promise<QdrantPoints> {
    if ((await this.#aliased(signal)) === undefined) await this.#begin(signal);
    return new QdrantPoints(this.#deps.connection, this.#alias);
  }

  /** @throws OpfindError index-broken when the alias leads to no version of opfind's */
  async list(signal: AbortSignal): Promise<VersionList> {
    const current = this.#numberOf((await this.#aliased(signal)) ?? "");
    if (current === undefined) {
      throw new OpfindError("index-broken", `The alias ${this.#alias} leads to no collection that opfind made.`);
    }
    return { current, all: await this.#numbers(signal) };
  }

  /**
   * Builds a new version with the settings of today from the one that answers, and lets it answer.
   * @returns the number of the new version
   */
  async build(onPosters: (done: number, total: number) => void, signal: AbortSignal): Promise<number> {
    const { current, all } = await this.list(signal);
    const next = (all.at(-1) ?? current) + 1;
    await this.#create(next, signal);
    await this.#replace(current, { next, onPosters }, signal);
    // The former version stays. Those before it, and builds that were killed before it, have served.
    for (const old of all.filter((version) => version < current)) await this.#drop(old, signal);
    return next;
  }

  /**
   * Goes back to the version before, or to a given one. It is brought up to date first: what was confirmed since stays.
   * @returns the number of the version that answers now
   * @throws OpfindError usage when there is no such version
   */
  async rollback(wanted: number | undefined, signal: AbortSignal): Promise<number> {
    const { current, all } = await this.list(signal);
    const target = wanted ?? all.filter((version) => version < current).at(-1);
    if (target === undefined) throw new OpfindError("usage", "There is no former version to go back to.");
    if (!all.includes(target))
      throw new OpfindError("usage", `There is no version ${target}: ${all.join(", ")} exist.`);
    if (target !== current) await this.#replace(current, { next: target, onPosters: () => {} }, signal);
    return target;
  }

  /** The name of a version's collection: for what aliases cannot be used for. */
  nameOf(version: number): string {
    return `${this.#alias}-v${version}`;
  }

  async #replace(
    current: number,
    { next, onPosters }: { readonly next: number; readonly onPosters: (done: number, total: number) => void },
    signal: AbortSignal,
  ): Promise<void> {
    const { connection } = this.#deps;
    const [source, target] = [current, next].map((version) => new QdrantPoints(connection, this.nameOf(version)));
    if (!source || !target) throw new RangeError("two versions are two collections");
    await this.#matchSlots(current, next, signal);
    const copied = await bringUp({ source, target, onPosters }, signal);
    if ((await this.list(signal)).current !== current) {
      throw new OpfindError("index-busy", "Another build has finished meanwhile; its version answers.");
    }
    await this.#lead(next, { isNew: false }, signal);
    await this.#matchSlots(current, next, signal);
    await settle({ source, target }, copied, signal);
  }

  /** Another instance may show a new network its first poster while a version is being built. */
  async #matchSlots(from: number, to: number, signal: AbortSignal): Promise<void> {
    for (const slot of await this.#spaceOf(from).slots(signal)) await this.#spaceOf(to).ensure(slot, signal);
  }

  #spaceOf(version: number): VectorSpace {
    const { connection, settings, elapsedMs } = this.#deps;
    return new VectorSpace(connection, {
      collection: this.nameOf(version),
      isOnDisk: settings.isOnDisk,
      elapsedMs,
    });
  }

  /** Several instances may start on an empty server at once: whoever comes second finds it made. */
  async #begin(signal: AbortSignal): Promise<void> {
    const numbers = await this.#numbers(signal);
    // One that was being built when it was stopped is not complete: only a person can tell which one is.
    if (numbers.length > 1) {
      throw new OpfindError(
        "index-broken",
        `Versions ${numbers.join(", ")} exist, but no alias ${this.#alias} leads to one.`,
      );
    }
    const first = numbers.at(-1) ?? 1;
    try {
      if (numbers.length === 0) await this.#create(first, signal);
      await this.#lead(first, { isNew: true }, signal);
    } catch (error) {
      if (!isConflict(error) || (await this.#numbers(signal)).length === 0) throw error;
      await this.#lead(first, { isNew: true }, signal);
    }
  }

  async #create(version: number, signal: AbortSignal): Promise<void> {
    const collection_name = this.nameOf(version);
    const { connection, settings } = this.#deps;
    await connection.ask(
      { shape: YES, send: (api, init) => api.createCollection({ collection_name, ...collectionOf(settings) }, init) },
      signal,
    );
    for (const [field_name, field_schema] of Object.entries(INDEXED_FIELDS)) {
      await connection.ask(
        {
          shape: z.object({ status: z.literal("completed") }),
          send: (api, init) =>
            api.createFieldIndex({ collection_name, field_name, field_schema, wait: true, ordering: "strong" }, init),
        },
        signal,
      );
    }
  }

  /** Both actions are one step for the server: there is no moment without an alias. */
  async #lead(version: number, { isNew }: { readonly isNew: boolean }, signal: AbortSignal): Promise<void> {
    const create = { create_alias: { alias_name: this.#alias, collection_name: this.nameOf(version) } };
    const actions = isNew ? [create] : [{ delete_alias: { alias_name: this.#alias } }, create];
    await this.#deps.connection.ask({ shape: YES, send: (api, init) => api.updateAliases({ actions }, init) }, signal);
  }

  async #drop(version: number, signal: AbortSignal): Promise<void> {
    const collection_name = this.nameOf(version);
    await this.#deps.connection.ask(
      { shape: z.boolean(), send: (api, init) => api.deleteCollection({ collection_name }, init) },
      signal,
    );
  }

  async #aliased(signal: AbortSignal): Promise<string | undefined> {
    const { aliases } = await this.#deps.connection.ask(
      { shape: ALIASES, send: (api, init) => api.getCollectionsAliases({}, init) },
      signal,
    );
    return aliases.find(({ alias_name: name }) => name === this.#alias)?.collection_name;
  }

  async #numbers(signal: AbortSignal): Promise<readonly number[]> {
    const { collections } = await this.#deps.connection.ask(
      { shape: COLLECTIONS, send: (api, init) => api.getCollections({}, init) },
      signal,
    );
    return collections.flatMap(({ name }) => this.#numberOf(name) ?? []).sort((a, b) => a - b);
  }

  #numberOf(name: string): number | undefined {
    const start = `${this.#alias}-v`;
    const digits = name.startsWith(start) ? name.slice(start.length) : "";
    return /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
  }

  get #alias(): string {
    return this.#deps.settings.collection;
  }
}

function collectionOf({ quantisation, isOnDisk, shards, ...settings }: QdrantSettings) {
  const int8 = { scalar: { type: "int8", quantile: 0.99, always_ram: true } } as const;
  return {
    vectors: {},
    hnsw_config: {
      m: settings.hnswM,
      ef_construct: settings.hnswEfConstruct,
      full_scan_threshold: FULL_SCAN_KB,
      on_disk: isOnDisk,
    },
    wal_config: { wal_capacity_mb: settings.walMb },
    replication_factor: settings.replicas,
    write_consistency_factor: settings.writeReplicas,
    ...(quantisation === "int8" ? { quantization_config: int8 } : {}),
    ...(shards === undefined ? {} : { shard_number: shards }),
  };
}
