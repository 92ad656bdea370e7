import { expect, test } from "vitest";
import { ERROR_CODES, OpfindError } from "../../src/errors.ts";
import { failureFacts, presentFailure } from "../../src/presenters/failure.ts";

test.each(ERROR_CODES)("the failure %s ends with something to do", (code) => {
  const [sentence, remedy] = presentFailure(new OpfindError(code, "It went wrong.")).split("\n");
  expect(sentence).toBe("It went wrong.");
  expect(remedy).toMatch(/^ {2}→ .{15,}[.]$/);
});

test("a failure for scripts has its code and message and nothing else", () => {
  const failure = new OpfindError("source-down", "AniList is down.", {
    cause: new Error("secret"),
    details: { status: 522 },
  });
  expect(failureFacts(failure)).toEqual({ code: "source-down", message: "AniList is down." });
});
