import type { Output } from "../../src/cli/verb.ts";

/** An output that keeps what it is told. */
export function toldOutput() {
  const [answers, lines, notes]: [unknown[], string[], string[]] = [[], [], []];
  const output: Output = {
    isRich: false,
    json: (value) => answers.push(value),
    line: (text) => lines.push(text),
    note: (text) => notes.push(text),
    progress: () => ({ update: () => {}, stop: () => {} }),
  };
  return { output, answers, lines, notes };
}
