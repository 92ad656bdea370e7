import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { openTestServer } from "../support/http-server.ts";

async function openSocket() {
  const { app, bugs } = await openTestServer();
  const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
  const atServer = once(app.server, "connection");
  const socket = connect(Number(port), "127.0.0.1");
  const [ours] = await atServer;
  return { app, bugs, socket, ours };
}

/** Everything until the server ends the connection, taken apart. */
async function answerOn(socket: Socket) {
  let text = "";
  for await (const piece of socket) text += String(piece);
  const [head = "", body = ""] = text.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), head: head.toLowerCase(), body };
}

test.each([
  ["no HTTP at all", "\u0016\u0003\u0001 hello\r\n\r\n", 400, "body-unreadable"],
  ["a version that there is not", "GET / HTTP/9.9\r\n\r\n", 400, "body-unreadable"],
  [
    "two lengths",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    400,
    "body-unreadable",
  ],
  ["20 kB of head", `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`, 431, "header-too-large"],
])("%s is answered as a problem", async (_, request, status, code) => {
  const { bugs, socket } = await openSocket();
  socket.write(request);
  const answer = await answerOn(socket);
  expect(answer.status).toBe(status);
  expect(answer.head).toContain("content-type: application/problem+json");
  expect(answer.head).toContain("connection: close");
  const problem: unknown = JSON.parse(answer.body);
  expect(problem).toMatchObject({ status, code, type: `urn:opfind:problem:${code}` });
  expect(answer.head).toMatch(/x-request-id: [0-9a-f-]{36}/);
  expect(bugs).toEqual([]);
});

test("a request that does not arrive in time is told so", async () => {
  const { app, socket, ours } = await openSocket();
  socket.write("GET / HTTP/1.1\r\nHost:");
  // As Node's own clock would, half a minute from now.
  app.server.emit("clientError", Object.assign(new Error("late"), { code: "ERR_HTTP_REQUEST_TIMEOUT" }), ours);
  const { status, body } = await answerOn(socket);
  expect([status, JSON.parse(body).code]).toEqual([408, "request-late"]);
});

test("what follows an answer on the same connection and is no request ends it without a second head", async () => {
  const { socket } = await openSocket();
  socket.write("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(socket, "readable");
  expect(String(socket.read())).toContain("HTTP/1.1 200");
  socket.write("nonsense\r\n\r\n");
  expect((await answerOn(socket)).head).toBe("");
});
