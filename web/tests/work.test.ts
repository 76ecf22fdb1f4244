// What the overview says of the desk's own work.
import { expect, test } from "vitest";
import { workWords } from "../src/screens/overview/work.ts";

const quiet = {
  jobs_waiting: 0,
  jobs_stuck: 0,
  jobs_failed: 0,
  is_read_only: false,
  is_database_lost: false,
};
test.each([
  ["nothing to say when all is well", {}, ""],
  ["one is made", { jobs_waiting: 1 }, "One answer or draft is being made."],
  ["some are made", { jobs_waiting: 3, jobs_failed: 1 }, "3 answers or drafts are being made."],
  ["what is stuck is not being made", { jobs_waiting: 2, jobs_stuck: 2 }, ""],
  ["failed work is not done", { jobs_failed: 1 }, ""],
  ["nor is anything on a full disk", { is_read_only: true }, ""],
])("work: %s", (_, change, words) => {
  expect(workWords({ ...quiet, ...change })).toBe(words);
});
