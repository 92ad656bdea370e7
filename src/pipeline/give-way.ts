import { getPriority, setPriority } from "node:os";

const NICENESS = 10;

/**
 * Lets every other thread go before this one: whoever acknowledges questions never waits for who works on them. With
 * nothing else to do a thread is as quick as before. Elsewhere than on Linux a niceness is the whole process's.
 */
export function giveWay(): void {
  if (process.platform === "linux") setPriority(Math.max(NICENESS, getPriority()));
}
