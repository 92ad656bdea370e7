import { posterStoreContract } from "../contracts/poster-store.ts";
import { openInstance, runDouble } from "../support/qdrant.ts";

posterStoreContract("Qdrant (a double of it)", async () => (await openInstance((await runDouble()).url)).store);
