// What an agent can do to a conversation, with the one problem that came of the last attempt.
import * as calls from "../../api/calls.ts";
import { asProblem, type Problem } from "../../api/problem.ts";
import type { Conversation, Message } from "../../api/types.ts";
import { live } from "../../live/desk.svelte.ts";
import { asking } from "../../parts/ask.svelte.ts";

export type Act = "claim" | "release" | "close" | "reopen" | "assign" | "topic" | "discard" | "wrong";

export class ConversationActions {
  busy = $state<Act | null>(null);
  failed = $state.raw<{ act: Act; conversation_id: string; problem: Problem } | null>(null);

  claim = (id: string, takeOver = false) => this.#run("claim", id, () => calls.claim(id, takeOver));
  release = (id: string) => this.#run("release", id, () => calls.release(id));
  close = (id: string) => this.#run("close", id, () => calls.close(id));
  reopen = (id: string) => this.#run("reopen", id, () => calls.reopen(id));
  assign = (id: string, agentId: string) =>
    this.#run("assign", id, () => calls.assign(id, agentId));
  setTopic = (id: string, topicId: string, learn: boolean) =>
    this.#run("topic", id, () => calls.setTopic(id, topicId, learn));

  callWrong = async (id: string, message: Message) => {
    const who = message.author.type === "ai" ? "the assistant" : "people";
    const isMeant = await asking.ask({
      title: "Was this answer wrong?",
      words: `It counts against ${who} on this topic, and cannot be taken back. The customer is not told; write to them what is right.`,
      yes: "It was wrong",
    });
    if (!isMeant) return;
    await this.#guarded("wrong", id, async () => {
      live.takeMessage(await calls.callWrong(id, message.id));
    });
  };

  discard = async (id: string, messageId: string) =>
    this.#guarded("discard", id, async () => {
      live.takeMessage(await calls.discardDraft(id, messageId));
    });

  #run(act: Act, id: string, work: () => Promise<Conversation>): Promise<boolean> {
    return this.#guarded(act, id, async () => live.takeConversation(await work()));
  }

  async #guarded(act: Act, id: string, work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = act;
    this.failed = null;
    try {
      await work();
      return true;
    } catch (thrown) {
      this.failed = { act, conversation_id: id, problem: asProblem(thrown) };
      return false;
    } finally {
      this.busy = null;
    }
  }
}
