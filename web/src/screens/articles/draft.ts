// What is being written of an article, apart from what the desk holds.
import type { ArticleDraft } from "../../api/calls.ts";
import type { Article } from "../../api/types.ts";

export function emptyDraft(language = "en"): ArticleDraft {
  return { title: "", body: "", language, topic_ids: [], questions: [] };
}

export function draftOf(article: Article): ArticleDraft {
  const { title, body, language, topic_ids, questions } = article;
  return { title, body, language, topic_ids: [...topic_ids], questions: [...questions] };
}

/** Empty questions are room to write in, not content. */
export function cleaned(draft: ArticleDraft): ArticleDraft {
  const questions = draft.questions.map((question) => question.trim()).filter(Boolean);
  return { ...draft, title: draft.title.trim(), questions };
}

export function isSame(a: ArticleDraft, b: ArticleDraft): boolean {
  const inOrder = (draft: ArticleDraft) => {
    const { title, body, language, topic_ids, questions } = cleaned(draft);
    return JSON.stringify([title, body, language, topic_ids.toSorted(), questions]);
  };
  return inOrder(a) === inOrder(b);
}

/** What to do with an article that came from the desk: what was written here is never replaced
 * unasked, and what is old by now is left. */
export function welcome(
  base: Article | null,
  article: Article,
  isDirty: boolean,
): "show" | "ask" | "leave" {
  if (!base) return "show";
  if (article.version <= base.version) return "leave";
  return isDirty ? "ask" : "show";
}
