// The badge counts answers that this browser has not shown, and asks for no more than it must.
import { expect, it } from "vitest";
import { countUnread, type Seen } from "../src/unread";
import { conversation, message } from "./things";

async function check(seen: Seen, expected: number, expectedCalls: string[]): Promise<void> {
  const calls: string[] = [];
  const agent = { type: "agent", id: "a", name: "Amira" } as const;
  const n_unread = await countUnread(seen, async (path) => {
    calls.push(path);
    if (path === "/widget/conversations") {
      return { items: [conversation({ version: 5 })], next_cursor: null };
    }
    const messages = [
      message({ id: "m1", position: 1 }),
      message({ id: "m2", position: 2, author: agent }),
      message({ id: "m3", position: 3, kind: "event" }),
      message({ id: "m4", position: 4, author: agent }),
    ];
    return { conversation: conversation({ version: 5 }), messages };
  });
  expect([n_unread, calls]).toEqual([expected, expectedCalls]);
}

const LIST = "/widget/conversations";

it("counts what people and the assistant said since", async () => {
  await check({ c1: [4, 2] }, 1, [LIST, `${LIST}/c1`]);
  await check({ c1: [4, 1] }, 2, [LIST, `${LIST}/c1`]);
  await check({ c1: [5, 4] }, 0, [LIST]);
  await check({ other: [1, 1] }, 0, [LIST]);
});
