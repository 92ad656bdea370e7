import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { openOutput } from "../../src/cli/output.ts";

/** Opens an output over streams that remember. */
function open({ isTerminal }: { readonly isTerminal: boolean }) {
  const said = { stdout: "", stderr: "" };
  const keep = (stream: keyof typeof said) => (text: unknown) => {
    said[stream] += text;
  };
  const stdout = { isTTY: isTerminal, write: keep("stdout") };
  const stderr = Object.assign(new PassThrough(), { isTTY: false });
  stderr.on("data", keep("stderr"));
  return { output: openOutput({ stdout, stderr, elapsedMs: () => 0 }), said };
}

const HOSTILE = "a\u001b[2Jb\u001b]0;title\u0007c\rd\u009b1me";

describe("the output", () => {
  test.each([true, false])("lets no control character of a title reach stdout (terminal: %s)", (isTerminal) => {
    const { output, said } = open({ isTerminal });
    output.line(HOSTILE);
    expect(said.stdout).toBe("a\ufffd[2Jb\ufffd]0;title\ufffdc\ufffdd\ufffd1me\n");
  });

  test("lets none reach stderr", () => {
    const { output, said } = open({ isTerminal: true });
    output.note(HOSTILE);
    expect(said.stderr).toBe("a\ufffd[2Jb\ufffd]0;title\ufffdc\ufffdd\ufffd1me\n");
  });

  test("keeps lines, indents and our colours on a terminal", () => {
    const { output, said } = open({ isTerminal: true });
    const text = "\u001b[1mBold\u001b[22m\n\t\u001b[48;2;16;32;48m   \u001b[49m";
    output.line(text);
    expect(said.stdout).toBe(`${text}\n`);
  });

  test("has no colours where there is no terminal", () => {
    const { output, said } = open({ isTerminal: false });
    output.line("\u001b[31mred");
    expect(said.stdout).toBe("\ufffd[31mred\n");
  });

  test("writes JSON in one line, whatever is in it", () => {
    const { output, said } = open({ isTerminal: true });
    output.json({ title: HOSTILE });
    expect(said.stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(said.stdout)).toEqual({ title: HOSTILE });
  });
});
