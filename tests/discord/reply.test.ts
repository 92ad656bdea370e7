import { expect, test } from "vitest";
import { sendable } from "../../src/discord/reply.ts";
import { asEdit, message } from "../../src/presenters/discord/message.ts";

const file = { attachment: Buffer.from("x"), name: "x.png", description: "x" };

test("an edit that keeps the files of a message says nothing about files", () => {
  const edit = sendable(asEdit(message({ content: "page 2", keepsFiles: true })));
  expect(edit).not.toHaveProperty("files");
  expect(edit).not.toHaveProperty("attachments");
});

test("any other edit puts its own files in the place of the former", () => {
  expect(sendable(asEdit(message({ files: [file] })))).toMatchObject({ attachments: [], files: [file] });
  expect(sendable(asEdit(message({ content: "done" })))).toMatchObject({ attachments: [], files: [] });
});
