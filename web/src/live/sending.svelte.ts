// Sends replies and notes: shown at once, repeated without harm, never lost in silence.
import * as calls from "../api/calls.ts";
import { asProblem } from "../api/problem.ts";
import { live } from "./desk.svelte.ts";
import type { Outgoing } from "./thread.ts";

export type Words = Pick<Outgoing, "conversation_id" | "kind" | "text" | "files" | "draft_id">;

export function send(words: Words): Promise<void> {
  const outgoing: Outgoing = {
    ...words,
    client_id: crypto.randomUUID(),
    state: "sending",
    problem: null,
    at: new Date().toISOString(),
  };
  live.outgoing = [...live.outgoing, outgoing];
  return attempt(outgoing);
}

/** The same client_id again: if the first attempt did arrive, the desk gives its answer back. */
export function sendAgain(outgoing: Outgoing): Promise<void> {
  const again: Outgoing = { ...outgoing, state: "sending", problem: null };
  replace(again);
  return attempt(again);
}

export function takeBack(outgoing: Outgoing): void {
  live.outgoing = live.outgoing.filter((item) => item.client_id !== outgoing.client_id);
}

async function attempt(outgoing: Outgoing): Promise<void> {
  try {
    const message = await calls.sendMessage(outgoing.conversation_id, {
      kind: outgoing.kind,
      text: outgoing.text,
      client_id: outgoing.client_id,
      ...(outgoing.files.length > 0 && { file_ids: outgoing.files.map((file) => file.id) }),
      ...(outgoing.draft_id && { draft_id: outgoing.draft_id }),
    });
    live.takeMessage({ ...message, client_id: message.client_id ?? outgoing.client_id });
  } catch (thrown) {
    replace({ ...outgoing, state: "failed", problem: asProblem(thrown) });
  }
}

function replace(changed: Outgoing): void {
  live.outgoing = live.outgoing.map((item) =>
    item.client_id === changed.client_id ? changed : item,
  );
}
