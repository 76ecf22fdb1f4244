import { expect, test } from "vitest";
import { renamed } from "../src/live/names.ts";
import { Records } from "../src/live/records.ts";

const conversation = {
  id: "c1",
  version: 3,
  topic: { id: "t1", name: "Refunds" },
  agent: { id: "a1", name: "Leyla" },
  customer: { id: "k1", name: null, verified: false },
  subject: "Refunds",
};

test("a name is replaced wherever its id is mentioned, and nowhere else", () => {
  expect(renamed(conversation, "t1", "Money back")).toEqual({
    ...conversation,
    topic: { id: "t1", name: "Money back" },
  });
  expect(renamed(conversation, "k1", "Maja").customer.name).toBe("Maja");
  expect(renamed({ authors: [conversation.agent] }, "a1", "Leyla A.")).toEqual({
    authors: [{ id: "a1", name: "Leyla A." }],
  });
});

test("a form that does not mention the id is the same object", () => {
  expect(renamed(conversation, "t2", "Money back")).toBe(conversation);
  expect(renamed(conversation, "t1", "Refunds")).toBe(conversation);
});

test("records take the name and keep their version", () => {
  const records = new Records<typeof conversation>(new Map());
  records.put(conversation);
  records.rename("t1", "Money back");
  expect(records.get("c1")?.topic.name).toBe("Money back");
  expect(records.get("c1")?.version).toBe(3);
  expect(records.put({ ...conversation, version: 2 })).toBe(false);
});
