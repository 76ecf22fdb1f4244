// What went wrong, in the words that are shown to people.

/** The desk's own words are for programs; this app does try again, but never sends twice unasked. */
const LOST_HINT = "Screens come back by themselves; what was being sent must be sent again.";

export type FieldError = { field: string; detail: string };

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
  readonly errors: FieldError[];
  readonly retryAfterSeconds: number | null;

  constructor(parts: {
    status: number;
    code: string;
    detail: string;
    hint?: string;
    errors?: FieldError[];
    retryAfterSeconds?: number | null;
  }) {
    super(parts.detail);
    this.status = parts.status;
    this.code = parts.code;
    this.detail = parts.detail;
    this.hint = parts.hint ?? "";
    this.errors = parts.errors ?? [];
    this.retryAfterSeconds = parts.retryAfterSeconds ?? null;
  }

  fieldDetail(field: string): string | null {
    return this.errors.find((error) => error.field === field)?.detail ?? null;
  }
}

export function unreachable(): Problem {
  return new Problem({
    status: 0,
    code: "unreachable",
    detail: "The desk cannot be reached.",
    hint: "Check the connection, then try again. Nothing was lost on this page.",
  });
}

/** Reads an answer that is not 2xx; a proxy's page in between still gives honest words. */
export async function problemFrom(response: Response): Promise<Problem> {
  const retryAfter = Number(response.headers.get("retry-after"));
  const retryAfterSeconds = retryAfter > 0 ? retryAfter : null;
  const { status } = response;
  try {
    const body = await response.json();
    return new Problem({
      status,
      code: body.code ?? "internal",
      detail: body.detail ?? body.title ?? `The desk answered ${status}.`,
      hint: body.code === "database_lost" ? LOST_HINT : (body.hint ?? ""),
      errors: body.errors ?? [],
      retryAfterSeconds,
    });
  } catch {
    return new Problem({
      status,
      code: status === 401 ? "unauthenticated" : "internal",
      detail: `The desk answered ${status} without a reason.`,
      hint: "Try again; if it stays so, the log of the desk says more.",
      retryAfterSeconds,
    });
  }
}

/** Whatever was thrown, as something that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  console.error(thrown);
  return new Problem({
    status: 0,
    code: "internal",
    detail: "Something in this page went wrong.",
    hint: "Reload the page; what you wrote is kept in this tab.",
  });
}
