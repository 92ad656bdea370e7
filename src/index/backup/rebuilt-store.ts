import { copyFile, link, mkdir, open, readdir, rm, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { OpfindError } from "../../errors.ts";
import { rowWriter } from "../change-log.ts";
import { stopLogging } from "../change-triggers.ts";
import { syncFolder } from "../poster-files.ts";
import { stopIfAborted } from "../rows.ts";
import { translated } from "../sqlite.ts";
import { type Base, type LogPart, pieceProblem } from "./archive.ts";
import type { BackupDeps } from "./backup-deps.ts";
import { type LogEntry, readLogPart } from "./log-part.ts";
import type { Moment } from "./moments.ts";
import { imagesOfPosters } from "./referenced-images.ts";

const PREFIX = "posters.sqlite.restoring-";

/** A poster store that is being made from a base and the changes after it, beside the place where it will be. */
export class Rebuilt {
  readonly #deps: BackupDeps;
  readonly #file: string;
  readonly #database: Database.Database;
  #writers = new Map<string, ReturnType<typeof rowWriter>>();
  /** of the last transaction that is in */
  position: number;
  at: number;

  private constructor(deps: BackupDeps, file: string, { position, at }: Base) {
    this.#deps = deps;
    this.#file = file;
    this.#database = translated(file, () => new Database(file, { fileMustExist: true }));
    this.position = position;
    this.at = at;
    translated(file, () => {
      // Nothing of this outlives a kill: the next restore begins anew.
      this.#database.pragma("journal_mode = MEMORY");
      this.#database.pragma("synchronous = OFF");
      this.#database.pragma("foreign_keys = OFF");
      stopLogging(this.#database);
    });
  }

  /** Call it with a base that was checked. */
  static async from(deps: BackupDeps, base: Base): Promise<Rebuilt> {
    const folder = join(deps.dataDir, "embeddings");
    await mkdir(folder, { recursive: true });
    const killed = (await readdir(folder)).filter((name) => name.startsWith(PREFIX));
    for (const name of killed) await rm(join(folder, name), { force: true });
    const file = join(folder, `${PREFIX}${crypto.randomUUID()}`);
    await copyFile(join(deps.archiveDir, base.name), file);
    return new Rebuilt(deps, file, base);
  }

  /**
   * Applies whole transactions up to a moment.
   * @returns why the moment cannot be reached on this way, null when it was
   */
  async replay(parts: readonly LogPart[], moment: Moment, signal: AbortSignal): Promise<string | null> {
    for (const [at, part] of parts.entries()) {
      const problem = await this.#problemOf(part);
      // The last moment before a damaged piece can still be had.
      if (problem !== null) return this.#isReached(moment) ? null : problem;
      if (await this.#replayPart(part, moment, signal)) return null;
      this.#deps.onProgress("changes", at + 1, parts.length);
    }
    const isBeyond = moment.kind === "position" && moment.position > this.position;
    return isBeyond ? `the backup ends at change ${this.position}` : null;
  }

  images(): readonly string[] {
    return translated(this.#file, () => imagesOfPosters(this.#database));
  }

  /**
   * Makes it a store of its own, which no index and no backup takes for the old one, and looks at all of it.
   * @param nextPosition that the archive does not have: a number stays the name of one moment
   * @throws OpfindError backup-broken
   */
  finish(lostImages: readonly string[], nextPosition: number) {
    const database = this.#database;
    return translated(this.#file, () => {
      const lose = database.prepare<[string]>("UPDATE posters SET file = NULL WHERE file = ?");
      const withoutImage = lostImages.reduce((sum, name) => sum + lose.run(name).changes, 0);
      database.exec("DELETE FROM changes; UPDATE archived SET head = NULL, pending = NULL");
      database.exec("UPDATE store SET id = lower(hex(randomblob(16)))");
      database.prepare("DELETE FROM sqlite_sequence WHERE name = 'changes'").run();
      database.prepare("INSERT INTO sqlite_sequence VALUES ('changes', ?)").run(nextPosition);
      const problems = [...database.prepare<[], string>("PRAGMA quick_check(5)").pluck().all()].filter(
        (line) => line !== "ok",
      );
      const orphans = database.prepare("PRAGMA foreign_key_check").all();
      if (problems.length + orphans.length > 0) {
        throw new OpfindError("backup-broken", `The restored poster store is not sound: ${problems.join("; ")}`);
      }
      const count = (table: string) => database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
      return { posters: count("posters"), embeddings: count("embeddings"), withoutImage };
    });
  }

  /** Gives it its name, in one step and only where nothing bears it. @throws OpfindError restore-refused */
  async moveTo(target: string): Promise<void> {
    this.#database.close();
    const handle = await open(this.#file, "r+");
    await handle.sync().finally(() => handle.close());
    try {
      await link(this.#file, target);
    } catch (error) {
      const isTaken = error instanceof Error && "code" in error && error.code === "EEXIST";
      if (!isTaken) throw error;
      throw new OpfindError("restore-refused", `${target} appeared while the backup was restored.`, { cause: error });
    }
    await unlink(this.#file);
    await syncFolder(dirname(target));
  }

  async discard(): Promise<void> {
    this.#database.close();
    await rm(this.#file, { force: true });
  }

  #isReached(moment: Moment): boolean {
    return moment.kind === "time" ? this.at >= moment.at : this.position >= moment.position;
  }

  async #problemOf(part: LogPart): Promise<string | null> {
    if (part.first > this.position + 1) return `the changes ${this.position + 1} to ${part.first - 1} are missing`;
    return pieceProblem(this.#deps.archiveDir, part);
  }

  /** @returns true when a transaction was met that ended after the moment */
  async #replayPart({ name }: LogPart, moment: Moment, signal: AbortSignal): Promise<boolean> {
    let transaction: LogEntry[] = [];
    const start = this.position;
    for await (const entry of readLogPart(join(this.#deps.archiveDir, name))) {
      const { line } = entry;
      if (line.id <= start) continue;
      transaction.push(entry);
      if (!("commit" in line)) continue;
      stopIfAborted(signal);
      const at = Date.parse(line.commit);
      if (moment.kind === "time" ? at > moment.at : line.id > moment.position) return true;
      this.#apply(transaction);
      transaction = [];
      this.position = line.id;
      this.at = at;
    }
    return false;
  }

  #apply(transaction: readonly LogEntry[]): void {
    const database = this.#database;
    translated(this.#file, () =>
      database.transaction(() => {
        for (const { line, text } of transaction) {
          if ("table" in line) this.#writerOf(line.table)(text, line.row !== null);
          else if ("schema" in line) this.#migrate(line.schema);
        }
      })(),
    );
  }

  #writerOf(table: string): ReturnType<typeof rowWriter> {
    const known = this.#writers.get(table) ?? rowWriter(this.#database, table);
    this.#writers.set(table, known);
    return known;
  }

  #migrate(script: string): void {
    this.#database.exec(script);
    const version = Number(this.#database.pragma("user_version", { simple: true }));
    this.#database.pragma(`user_version = ${version + 1}`);
    this.#writers = new Map();
  }
}
