import { expect, it } from "vitest";
import { EventParser } from "./sse";

it("puts events together whatever the chunks", () => {
  const stream = ': beat\n\nevent: rows\ndata: {"a":1}\ndata: {"b":2}\nid: 7\n\r\ndata:x\r\n\r\n';
  const whole = new EventParser().push(stream);
  expect(whole).toEqual([
    { event: "rows", data: '{"a":1}\n{"b":2}', id: "7" },
    { event: "message", data: "x", id: "7" },
  ]);
  const parser = new EventParser();
  expect([...stream].flatMap((character) => parser.push(character))).toEqual(whole);
});
