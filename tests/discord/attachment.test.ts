import { expect, test } from "vitest";
import { picturesIn } from "../../src/discord/attachment.ts";

const facts = (name: string, contentType: string | null = null) => ({ name, contentType, url: `x/${name}`, size: 1 });
const carrying = (...files: readonly ReturnType<typeof facts>[]) => ({
  attachments: new Map(files.map((file) => [file.name, file])),
});

test("the pictures of a message are its own and those of a message that it forwards", () => {
  const forwarded = carrying(facts("b.webp"), facts("notes.txt", "text/plain"));
  const message = { ...carrying(facts("a.PNG"), facts("song.mp3")), messageSnapshots: new Map([["1", forwarded]]) };
  expect(picturesIn(message).map(({ name }) => name)).toEqual(["a.PNG", "b.webp"]);
});

test("a file is what its type says, whatever its name is", () => {
  const message = carrying(facts("a.png", "text/html"), facts("b", "image/jpeg"));
  expect(picturesIn({ ...message, messageSnapshots: new Map() }).map(({ name }) => name)).toEqual(["b"]);
});
