// The contract's shapes under the names that the screens use; made from api/openapi.json.
import type { components } from "./schema.d.ts";

type Shapes = components["schemas"];

export type Author = Shapes["Author"];
export type Level = Shapes["Topic"]["level"];
export type Role = Shapes["Agent"]["role"];
export type Presence = Shapes["Agent"]["presence"];
export type TopicRef = Shapes["Ref"];
export type AgentRef = Shapes["Ref"];
export type FileRef = Shapes["FileRef"];
export type Source = Shapes["Source"];
export type Conversation = Shapes["Conversation"];
export type Message = Shapes["Message"];
export type Assignment = Shapes["Assignment"];
export type Case = Shapes["Case"];
export type Handoff = Shapes["Handoff"];
export type Call = Shapes["Call"];
export type TraceStep = Shapes["TraceStep"];
export type Customer = Shapes["Customer"];
export type Survey = Shapes["Survey"];
export type ConversationDetail = Shapes["ConversationDetail"];
export type Agent = Shapes["Agent"];
export type Topic = Shapes["Topic"];
export type Example = Shapes["Example"];
export type Article = Shapes["Article"];
export type ArticleSummary = Shapes["ArticleSummary"];
export type Desk = Shapes["Desk"];
export type Me = Shapes["Me"];
export type Inbox = Shapes["Inbox"];
export type Counts = Shapes["Counts"];
export type FailedJob = Shapes["FailedJob"];
export type Mail = Shapes["Mail"];
export type Webhook = Shapes["Webhook"];
export type WebhookTrial = Shapes["WebhookTrial"];
export type Delivery = Shapes["Delivery"];
export type ApiToken = Shapes["ApiToken"];
export type NewApiToken = Shapes["NewApiToken"];
export type Assistant = Shapes["Assistant"];
export type Overview = Shapes["Overview"];
export type Sample = Shapes["Sample"];
export type Session = Shapes["Session"];
export type TopicTest = Shapes["TopicTest"];
export type Retrained = Shapes["Retrained"];

export type Balance = Shapes["Balance"];
export type TopicBalance = Shapes["TopicBalance"];
export type Band = Shapes["Band"];
export type LevelDecision = Shapes["LevelDecision"];
export type Replay = Shapes["Replay"];
export type Reviews = Shapes["Reviews"];
export type ReviewSheet = Shapes["ReviewSheet"];
export type MarkReview = Shapes["MarkReview"];
export type WhatIf = Shapes["WhatIf"];
export type AskWhatIf = Shapes["AskWhatIf"];
export type ImpactReport = Shapes["ImpactReport"];

export type Shift = Shapes["Shift"];
export type OfferedShift = Shapes["OfferedShift"];
export type OwnShifts = Shapes["OwnPage"];
export type PaidShift = Shapes["PaidShift"];
export type PayStatement = Shapes["PayStatement"];
export type Plan = Shapes["Plan"];
export type PlannedHalfhour = Shapes["PlannedHalfhour"];
export type Worker = Shapes["Worker"];
export type Staffing = Shapes["Staffing"];

export type Page<Item> = { items: Item[]; next_cursor: string | null };
export type View = keyof Counts;

/** What calls send. */
export type SendMessage = Shapes["SendMessage"];
export type SetUp = Shapes["SetUp"];
export type AddTopic = Shapes["AddTopic"];
export type ChangeTopic = Shapes["ChangeTopic"];
export type SetLevel = Shapes["SetLevel"];
export type AddAgent = Shapes["AddAgent"];
export type ChangeAgent = Shapes["ChangeAgent"];
export type ChangeInbox = Shapes["ChangeInbox"];
export type AddWebhook = Shapes["AddWebhook"];
export type ChangeWebhook = Shapes["ChangeWebhook"];
export type AddApiToken = Shapes["AddApiToken"];
export type AddShifts = Shapes["AddShifts"];
export type SetWorker = Shapes["SetWorker"];
export type ChangeDesk = Shapes["ChangeDesk"];
export type WriteArticle = Shapes["WriteArticle"];
