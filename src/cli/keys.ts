import { Argument, Command, Option } from "commander";
import { ROLES, type Role } from "../domain/api-key.ts";
import { OpfindError } from "../errors.ts";
import type { KeyStore } from "../index/key-store.ts";
import { plainText } from "../presenters/plain-text.ts";
import type { VerbContext } from "./verb.ts";

/** What of the composition root keys needs. */
export interface KeysWire {
  openKeys(context: VerbContext): Promise<KeyStore>;
}

interface Options {
  readonly json?: true;
  readonly role: Role;
}

const LONGEST_NAME = 100;

/** `opfind keys create|list|revoke`: who may use the HTTP service. A running one hears of changes at once. */
export function keysVerb(context: VerbContext, wire: KeysWire): Command {
  const keys = new Command("keys").description("Keys of the HTTP service.");
  keys
    .command("create")
    .description("make a key and show it, this once")
    .argument("<name...>", "whose it is, or what for")
    .addOption(
      new Option("--role <role>", "what it may do; each may do what the one before it may")
        .choices(ROLES)
        .default("read"),
    )
    .option("--json", "one JSON object")
    .action((words: string[], options: Options) =>
      withKeys(context, wire, (store) => create(store, words, { ...options, context })),
    );
  keys
    .command("list")
    .description("every key, without its secret")
    .option("--json", "one JSON object per key")
    .action((options: Options) => withKeys(context, wire, (store) => list(store, options, context)));
  keys
    .command("revoke")
    .description("end a key, from the next request on")
    .addArgument(new Argument("<keyId>", "as `keys list` shows it"))
    .action((keyId: string) => withKeys(context, wire, (store) => revoke(store, keyId, context)));
  return keys;
}

async function withKeys(context: VerbContext, wire: KeysWire, work: (store: KeyStore) => void): Promise<void> {
  const store = await wire.openKeys(context);
  try {
    work(store);
  } finally {
    store.close();
  }
}

function create(
  store: KeyStore,
  words: readonly string[],
  { json, role, context: { output } }: Options & { readonly context: VerbContext },
): void {
  const name = plainText(words.join(" "));
  if (name === "" || name.length > LONGEST_NAME) {
    throw new OpfindError("usage", `A key needs a name of at most ${LONGEST_NAME} characters.`);
  }
  const { secret, keyId, createdAt } = store.create(name, role);
  if (json) output.json({ keyId, name, role, createdAt, key: secret });
  else {
    output.line(secret);
    output.note(`This is the only time that it is shown. It may ${role}; \`opfind keys revoke ${keyId}\` ends it.`);
  }
}

function list(store: KeyStore, { json }: Options, { output }: VerbContext): void {
  for (const key of store.list()) {
    if (json) output.json(key);
    else {
      const { keyId, role, createdAt, name, revokedAt } = key;
      const end = revokedAt === null ? "" : `  (revoked ${revokedAt.slice(0, 10)})`;
      output.line(`${keyId}  ${role.padEnd(5)}  ${createdAt.slice(0, 10)}  ${name}${end}`);
    }
  }
}

function revoke(store: KeyStore, keyId: string, { output }: VerbContext): void {
  if (!store.revoke(keyId))
    throw new OpfindError("usage", "There is no such key in force; `opfind keys list` shows them.");
  output.line("1 key revoked");
}
