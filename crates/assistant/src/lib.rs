//! What the assistant may do and say: it answers in cited sentences or hands over; pure.

mod words;

mod people_first;
pub use people_first::{Rule, people_first};

mod wish;
pub use wish::{asks_for_person, says_it_did_not_help};

mod reply;
pub use reply::{CitedSentence, Reply, reply};

mod summary;
pub use summary::{Line, Summary, summary};

mod tool;
pub use tool::{
    Argument, ArgumentKind, Change, HttpRequest, Limits, Method, Requires, Source, Tool, ToolFault,
    Tools,
};

mod call;
pub use call::{
    ArgumentFault, ArgumentValue, Arguments, Call, CallEvent, CallFault, CallKey, CallState,
};

mod policy;
pub use policy::{
    LimitOf, Moved, Records, Refusal, Standing, Verdict, check, check_look, identify,
};

mod command;
pub use command::{Command, CommandFault};

mod procedure;
pub use procedure::{Procedure, ProcedureFault, Procedures, SlotKind};

mod machine;
pub use machine::{Choice, Effect, Expected, Filled, Input, Outcome, State, step};

mod reader;
pub use reader::{asks_in_general, begins_with, read, says_yes_or_no};

mod proposal;
pub use proposal::{Accepted, Offer, accept, told_ahead};
