// The desk's calls by name, so that screens never spell a path.
import { ask, call, get, patch, post, put, query, remove } from "./client.ts";
import type {
  AddAgent,
  AddApiToken,
  AddShifts,
  AddTopic,
  AddWebhook,
  Agent,
  Application,
  Apply,
  ApiToken,
  Article,
  ArticleSummary,
  AskWhatIf,
  Assistant,
  Balance,
  Call,
  ChangeAgent,
  ChangeDesk,
  ChangeInbox,
  ChangeTopic,
  ChangeWebhook,
  Conversation,
  ConversationDetail,
  Counts,
  Customer,
  Delivery,
  Desk,
  Example,
  FailedJob,
  FileRef,
  ImpactReport,
  Inbox,
  Joining,
  LevelDecision,
  Mail,
  MarkReview,
  Me,
  Message,
  NewApiToken,
  Overview,
  OwnShifts,
  Page,
  PayStatement,
  Plan,
  Presence,
  Replay,
  Retrained,
  Reviews,
  ReviewSheet,
  Sample,
  SendMessage,
  Session,
  SetLevel,
  SetUp,
  SetWorker,
  Staffing,
  Topic,
  TopicTest,
  TraceStep,
  View,
  Webhook,
  WebhookTrial,
  WhatIf,
  Worker,
  WriteArticle,
} from "./types.ts";

const PAGE = 50;
const LARGEST_PAGE = 100;

export const setupState = () => get<{ needed: boolean; sends_mail: boolean }>("/setup");
export const forgotPassword = (email: string) => post<void>("/password/forgot", { email });
export const choosePassword = (token: string, password: string) =>
  post<Session>("/password", { token, password });
export const inviteAgent = (id: string) => post<void>(`/agents/${id}/invite`, {});
export const mail = () => get<Mail>("/mail");
export const retryLetter = (id: string) => post<void>(`/mail/letters/${id}/retry`, {});
export const retryMail = (key: string) => post<void>(`/mail/incoming/${key}/retry`, {});
export const webhooks = async () => (await get<{ items: Webhook[] }>("/webhooks")).items;
export const addWebhook = (hook: AddWebhook) => post<Webhook>("/webhooks", hook);
export const changeWebhook = (id: string, change: Partial<ChangeWebhook>) =>
  patch<Webhook>(`/webhooks/${id}`, change);
export const removeWebhook = (id: string) => remove(`/webhooks/${id}`);
export const testWebhook = (id: string) => post<WebhookTrial>(`/webhooks/${id}/test`, {});
export const deliveries = async (id: string) =>
  (await get<{ items: Delivery[] }>(`/webhooks/${id}/deliveries`)).items;
export const replayDelivery = (id: string, delivery: string) =>
  post<void>(`/webhooks/${id}/deliveries/${delivery}/replay`, {});
export const tokens = async () => (await get<{ items: ApiToken[] }>("/tokens")).items;
export const addToken = (token: AddApiToken) => post<NewApiToken>("/tokens", token);
export const removeToken = (id: string) => remove(`/tokens/${id}`);
export const dropMail = (key: string) => remove(`/mail/incoming/${key}`);
export const setUp = (answers: SetUp) => post<Session>("/setup", answers);
export const signIn = (email: string, password: string) =>
  post<Session>("/session", { email, password });
export const signOut = () => remove("/session");
export const me = () => get<Me>("/me");
export const setPresence = (presence: Presence) => put<Agent>("/me/presence", { presence });

export const conversations = (view: View, q: string, cursor: string | null, signal?: AbortSignal) =>
  get<Page<Conversation>>(`/conversations${query({ view, q, cursor, limit: PAGE })}`, signal);
export const conversation = (id: string, signal?: AbortSignal) =>
  get<ConversationDetail>(`/conversations/${id}`, signal);
export const counts = () => get<Counts>("/counts");
export const sendMessage = (
  conversationId: string,
  message: SendMessage & { client_id: string },
) => post<Message>(`/conversations/${conversationId}/messages`, message, message.client_id);
export const claim = (id: string, takeOver = false) =>
  post<Conversation>(`/conversations/${id}/claim`, takeOver ? { take_over: true } : {});
export const release = (id: string) => post<Conversation>(`/conversations/${id}/release`, {});
export const close = (id: string) => post<Conversation>(`/conversations/${id}/close`, {});
export const reopen = (id: string) => post<Conversation>(`/conversations/${id}/reopen`, {});
export const assign = (id: string, agentId: string) =>
  post<Conversation>(`/conversations/${id}/assign`, { agent_id: agentId });
export const setTopic = (id: string, topicId: string, learn: boolean) =>
  put<Conversation>(`/conversations/${id}/topic`, { topic_id: topicId, learn });
export const discardDraft = (id: string, messageId: string) =>
  post<Message>(`/conversations/${id}/drafts/${messageId}/discard`, {});
/** Short by nature. */
export const trace = async (id: string, messageId: string) =>
  (await get<Page<TraceStep>>(`/conversations/${id}/messages/${messageId}/trace`)).items;
export const callWrong = (id: string, messageId: string) =>
  post<Message>(`/conversations/${id}/messages/${messageId}/wrong`);
export const typing = (id: string) => ask<void>(`/conversations/${id}/typing`, {});
export const uploadFile = (file: File) =>
  call<FileRef>("POST", `/files${query({ name: file.name })}`, { file });

export const flagCustomer = (id: string, isFirst: boolean) =>
  patch<Customer>(`/customers/${id}`, { people_first: isFirst });

/** All that wait; the list is short by nature. */
export const callsToApprove = async () => (await get<Page<Call>>("/calls")).items;
export const approveCall = (id: string) => post<Call>(`/calls/${id}/approve`);
export const lookAgain = (id: string) => post<Call>(`/calls/${id}/look`);
export const refuseCall = (id: string, reason: string) =>
  post<Call>(`/calls/${id}/refuse`, { reason });

export const overview = () => get<Overview>("/overview");

/** The latest hundred; there is no second page. */
export const assistant = () => get<Assistant>("/assistant");
export const failedJobs = async () => (await get<Page<FailedJob>>("/jobs/failed")).items;
export const retryJob = (id: string) => post<void>(`/jobs/${id}/retry`);
export const dropJob = (id: string) => remove(`/jobs/${id}`);

export const topics = () => everyPage<Topic>("/topics");
export const topic = (id: string) => get<Topic>(`/topics/${id}`);
export const addTopic = (body: AddTopic) =>
  post<Topic>("/topics", body);
export const changeTopic = (id: string, change: ChangeTopic) => patch<Topic>(`/topics/${id}`, change);
export const setLevel = (id: string, body: SetLevel) =>
  put<Topic>(`/topics/${id}/level`, body);
export const examples = (topicId: string) => everyPage<Example>(`/topics/${topicId}/examples`);
export const addExample = (topicId: string, text: string) =>
  post<Example>(`/topics/${topicId}/examples`, { text });
export const removeExample = (topicId: string, id: string) =>
  remove(`/topics/${topicId}/examples/${id}`);
export const retrain = () => post<Retrained>("/topics/retrain", {});
export const testSentence = (text: string) => ask<TopicTest>("/topics/test", { text });

export const articles = () => everyPage<ArticleSummary>("/articles");
export const article = (id: string) => get<Article>(`/articles/${id}`);
export type ArticleDraft = Pick<Article, "title" | "body" | "language" | "topic_ids" | "questions">;
export const addArticle = (draft: ArticleDraft) => post<Article>("/articles", draft satisfies WriteArticle);
export const saveArticle = (id: string, draft: ArticleDraft & { version: number }) =>
  put<Article>(`/articles/${id}`, draft satisfies WriteArticle);
export const removeArticle = (id: string) => remove(`/articles/${id}`);
export const publishArticle = (id: string) => post<Article>(`/articles/${id}/publish`, {});
export const unpublishArticle = (id: string) => post<Article>(`/articles/${id}/unpublish`, {});
export const previewArticle = (body: string) =>
  ask<{ html: string }>("/articles/preview", { body });

export const sample = () => get<Sample>("/sample");
export const addSample = () => post<Sample>("/sample", {});
export const removeSample = () => call<Sample>("DELETE", "/sample");

export const agents = () => everyPage<Agent>("/agents");
export const addAgent = (body: AddAgent) =>
  post<Agent>("/agents", body);
export const changeAgent = (id: string, change: ChangeAgent) => patch<Agent>(`/agents/${id}`, change);
export const inboxes = () => everyPage<Inbox>("/inboxes");
export const changeInbox = (id: string, change: ChangeInbox) =>
  patch<Inbox>(`/inboxes/${id}`, change);
export const changeDesk = (change: ChangeDesk) =>
  patch<Desk>("/desk", change);

/** For lists that are short by nature; the bound keeps a wrong cursor from asking for ever. */
async function everyPage<Item>(path: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let n_pages = 0; n_pages < 50; n_pages += 1) {
    const page: Page<Item> = await get(`${path}${query({ cursor, limit: LARGEST_PAGE })}`);
    items.push(...page.items);
    cursor = page.next_cursor;
    if (cursor === null) break;
  }
  return items;
}

export const balance = () => get<Balance>("/balance");
export const decisions = async (topicId: string) =>
  (await get<Page<LevelDecision>>(`/balance/decisions${query({ topic_id: topicId })}`)).items;
export const replay = () => post<Replay>("/balance/replay");
export const brake = (isOn: boolean, reason: string) =>
  post<void>(`/balance/${isOn ? "freeze" : "thaw"}`, { reason });
export const reviews = () => get<Reviews>("/reviews");
export const nextReview = () => post<ReviewSheet | undefined>("/reviews/next");
export const markReview = (id: string, marked: MarkReview) =>
  post<void>(`/reviews/${id}`, marked);
export const skipReview = (id: string) => post<void>(`/reviews/${id}/skip`);
export const impact = (days: number) => get<ImpactReport>(`/impact${query({ days })}`);
export const impactTable = (days: number) => `/api/v1/impact.csv${query({ days })}`;
export const whatIf = (asked: AskWhatIf) => ask<WhatIf>("/what-if", asked);

export const ownShifts = () => get<OwnShifts>("/me/shifts");
export const claimShift = (id: string) => post<void>(`/shifts/${id}/claim`);
export const releaseShift = (id: string) => post<void>(`/shifts/${id}/release`);
export const addShifts = (body: AddShifts) => post<{ ids: string[] }>("/shifts", body);
export const publishShift = (id: string) => post<void>(`/shifts/${id}/publish`);
export const cancelShift = (id: string, reason: string) =>
  post<void>(`/shifts/${id}/cancel`, { reason });
export const correctShift = (id: string, minutes: number, reason: string) =>
  post<void>(`/shifts/${id}/correct`, { minutes, reason });
export const plan = () => get<Plan>("/plan");
export const setStaffing = (staffing: Staffing) => put<Staffing>("/staffing", staffing);
export const workers = async () => (await get<Page<Worker>>("/workers")).items;
export const setWorker = (id: string, body: SetWorker) => put<Worker>(`/workers/${id}`, body);
export const pay = (from: string, until: string) =>
  get<PayStatement>(`/pay${query({ from, until })}`);
export const payTable = (from: string, until: string, agent?: string) =>
  `/api/v1/pay.csv${query({ from, until, agent: agent ?? null })}`;

export const joining = () => get<Joining>("/join");
export const apply = (body: Apply) => post<void>("/join", body);
export const takeApplications = (open: boolean) => put<void>("/join", { open });
export const applications = async () => (await get<Page<Application>>("/applications")).items;
export const acceptApplication = (id: string, terms: SetWorker, password: string | null) =>
  post<void>(`/applications/${id}/accept`, { terms, password });
export const refuseApplication = (id: string, reason: string) =>
  post<void>(`/applications/${id}/refuse`, { reason });
