// Stands in for the program in a shard's thread: its first argument says how its start goes.
import { parentPort } from "node:worker_threads";

const [how] = process.argv.slice(2);
const facts = { isReady: true, pingMs: 1, guilds: 2, seesAllMessages: true };
const token = {
  "opfind:carried": "failure",
  code: "discord-token",
  message: "Discord does not accept it.",
  details: {},
};

parentPort.on("message", ({ kind }) => {
  if (kind === "close") parentPort.close();
});
switch (how) {
  case "refused":
    parentPort.postMessage({ kind: "failed", id: 0, error: token });
    break;
  case "dies":
    process.exit(1);
    break;
  case "disconnects":
    // discord.js says so of a first try with an intent that the bot does not have.
    parentPort.postMessage({ _disconnect: true });
}
if (how !== "refused") parentPort.postMessage({ kind: "stands", id: 0, facts });
if (how === "short") setImmediate(() => process.exit(1));
