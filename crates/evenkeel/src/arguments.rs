//! What can be typed after `evenkeel`.

use std::{net::IpAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum, error::ErrorKind};
use desk::{Level, limits};
use privacy::Kind;

use crate::failure::{Failure, Outcome};

/// A customer-service desk where AI and people share one queue.
#[derive(Debug, Parser)]
#[command(name = "evenkeel", version, about)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a desk
    Serve(ServeOptions),
    /// Run the sample shop with simulated customers and agents at work
    Demo(DemoOptions),
    /// Add topics or articles to a desk that is stopped
    Import {
        #[command(subcommand)]
        what: ImportCommand,
    },
    /// Write all that a desk holds to one file, while it is at work or stopped
    Backup(BackupOptions),
    /// Write the balance's ledger, for `balance replay`, or the whole desk as lines of JSON
    Export(ExportOptions),
    /// Put a backup, or an export of the whole desk, into an empty folder or database
    Restore(RestoreOptions),
    /// Move a desk that is stopped, such as to PostgreSQL
    Migrate(MigrateOptions),
    /// Look whether a desk is sound; it may be at work
    Doctor(DoctorOptions),
    /// Cover card numbers and other personal data in lines of text
    Mask(MaskOptions),
    /// Measure on labelled files
    Eval {
        #[command(subcommand)]
        what: EvalCommand,
    },
    /// Recompute what the evidence says, from a file
    Balance {
        #[command(subcommand)]
        what: BalanceCommand,
    },
    /// Simulate a queue or a year
    Simulate {
        #[command(subcommand)]
        what: SimulateCommand,
    },
    /// Plan people for a queue
    Plan {
        #[command(subcommand)]
        what: PlanCommand,
    },
    /// Hand an e-mail from standard input over to a running desk, for a mail server's pipe
    Deliver(DeliverOptions),
    /// Send each row of a file to a running desk, as customers do
    Replay(ReplayOptions),
    /// Put load on a desk of its own and measure it
    Bench {
        #[command(subcommand)]
        what: BenchCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// Customers who write as fast as they are answered, or at a fixed rate
    Load(BenchLoadOptions),
    /// Whole conversations with the sample shop's assistant
    Klarna(BenchKlarnaOptions),
    /// Memory while widgets are open and nobody writes
    Idle(BenchIdleOptions),
    /// Lists, and opening a conversation, on a large desk
    List(BenchLargeOptions),
    /// Search on a large desk
    Search(BenchLargeOptions),
    /// The store against the bare driver: the same rows in the same batches
    Store(BenchStoreOptions),
    /// Everybody claims shifts at once: no double claim, no rule broken
    Claims(BenchClaimsOptions),
}

/// What all benchmarks take.
#[derive(Debug, Clone, Args)]
pub(crate) struct Benching {
    /// Empty folder for the desk [default: a temporary one, removed at the end]
    #[arg(long, value_name = "DIR", conflicts_with = "database")]
    pub(crate) data: Option<PathBuf>,
    /// Empty PostgreSQL database instead of a folder
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw latency over time to this SVG file
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct BenchLoadOptions {
    /// For how long
    #[arg(long, default_value_t = 10.0, value_parser = rate)]
    pub(crate) seconds: f64,
    /// Connections at once
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub(crate) connections: u32,
    /// Messages a second at fixed moments; without it each connection goes on when it is answered
    #[arg(long, value_parser = rate)]
    pub(crate) rate: Option<f64>,
    /// Also watch an agent's event stream and measure when messages arrive there
    #[arg(long)]
    pub(crate) stream: bool,
    /// Desks that share the database
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=8))]
    pub(crate) nodes: u32,
    #[command(flatten)]
    pub(crate) benching: Benching,
}

#[derive(Debug, Args)]
pub(crate) struct BenchKlarnaOptions {
    /// Share of the month's 2.3 million conversations
    #[arg(long, default_value_t = 0.01, value_parser = scale)]
    pub(crate) scale: f64,
    /// Conversations under way at once
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub(crate) connections: u32,
    /// Who asks what
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) benching: Benching,
}

#[derive(Debug, Args)]
pub(crate) struct BenchLargeOptions {
    /// Conversations of ten messages each; a folder or database that has them is used as it is
    #[arg(long, default_value_t = 10_000)]
    pub(crate) conversations: u64,
    /// Questions to the desk
    #[arg(long, default_value_t = 2_000)]
    pub(crate) requests: u32,
    /// What is looked at and searched for
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) benching: Benching,
}

#[derive(Debug, Args)]
pub(crate) struct BenchIdleOptions {
    /// Widgets with an open event stream
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    pub(crate) widgets: u32,
    #[command(flatten)]
    pub(crate) benching: Benching,
}

#[derive(Debug, Args)]
pub(crate) struct BenchStoreOptions {
    /// Messages for each of the two
    #[arg(long, default_value_t = 50_000)]
    pub(crate) messages: u32,
    /// Commits in one transaction
    #[arg(long, default_value_t = 512)]
    pub(crate) batch: u32,
    /// Times that the two take turns
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: u32,
    /// Stores that share the database
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=8))]
    pub(crate) nodes: u32,
    #[command(flatten)]
    pub(crate) benching: Benching,
}

#[derive(Debug, Args)]
pub(crate) struct BenchClaimsOptions {
    /// People who claim
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) workers: u32,
    /// Open shifts
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) shifts: u32,
    /// Who claims what
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) benching: Benching,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// CSV `text,category`, JSON with `train` rows, or TOML
    Topics(ImportTopicsOptions),
    /// Markdown with TOML front matter between `+++` lines
    Articles(ImportArticlesOptions),
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvalCommand {
    /// How well topics are named
    Topics(EvalTopicsOptions),
    /// How well dates, amounts and the like are found in messages
    Slots(EvalSlotsOptions),
    /// How well documents are found for what customers are after
    Retrieval(EvalRetrievalOptions),
    /// Whether calls of tools reach what they should, once, and nothing else
    Procedures(EvalProceduresOptions),
}

#[derive(Debug, Subcommand)]
pub(crate) enum BalanceCommand {
    /// The assistant against people, case by case
    Stream(BalanceStreamOptions),
    /// The alarm that a rate of bad signs has risen
    Detect(BalanceDetectOptions),
    /// Which of several tests are found together
    Ebh(BalanceEbhOptions),
    /// Every level from a desk's exported ledger, and the first difference from what was decided
    Replay(BalanceReplayOptions),
}

#[derive(Debug, Args)]
pub(crate) struct BalanceReplayOptions {
    /// What `export --what ledger` wrote; - reads standard input
    pub(crate) file: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportOptions {
    #[command(flatten)]
    pub(crate) place: Place,
    /// What to write; the ledger holds ids, numbers and the reasons of leads, and the draws' secret
    /// seed; all is the whole desk, files and password hashes too
    #[arg(long, value_parser = ["ledger", "all"], default_value = "ledger")]
    pub(crate) what: String,
    /// The file; - writes to standard output
    pub(crate) out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BalanceStreamOptions {
    /// NDJSON rows {"arm": 0|1, "pi", "y"}, or with f, s, q and g instead of y; - reads standard
    /// input
    pub(crate) file: PathBuf,
    /// How much worse than people counts as worse
    #[arg(long, default_value_t = 0.05)]
    pub(crate) margin: f64,
    /// How many cases the prior weighs
    #[arg(long, default_value_t = balance::PRIOR_WEIGHT, value_parser = not_negative)]
    pub(crate) k0: f64,
    /// What is expected of both arms before the first case
    #[arg(long, default_value_t = balance::PRIOR, value_parser = from_0_to_1)]
    pub(crate) prior: f64,
    /// The least probability of a review; without it each row's own q
    #[arg(long)]
    pub(crate) q_min: Option<f64>,
    /// The confidence sequence misses with this probability
    #[arg(long, default_value_t = 0.05)]
    pub(crate) alpha: f64,
    /// The confidence sequence is tightest after about so many cases
    #[arg(long, default_value_t = balance::TUNING)]
    pub(crate) tuning: f64,
    /// Also print each row's phi, bound and ln_e
    #[arg(long)]
    pub(crate) trace: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BalanceDetectOptions {
    /// NDJSON rows {"x": 0|1}; - reads standard input
    pub(crate) file: PathBuf,
    /// The rate that is still all right
    #[arg(long)]
    pub(crate) b0: f64,
    /// The alarm's threshold: the mean number of cases to a false alarm is at least this
    #[arg(long)]
    pub(crate) alarm: f64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BalanceEbhOptions {
    /// One e-value for each test
    #[arg(value_name = "E", required = true)]
    pub(crate) e_values: Vec<f64>,
    /// The false discovery rate
    #[arg(long, default_value_t = 0.05)]
    pub(crate) alpha: f64,
    /// Tests that were opened, at least as many as there are e-values [default: as many]
    #[arg(long)]
    pub(crate) budget: Option<usize>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// What a number of people means for customers, or the fewest that meet a target
    Staff(PlanStaffOptions),
    /// How many customers will come in each half-hour of the next week
    Forecast(PlanForecastOptions),
    /// Shifts that cover a week
    Shifts(PlanShiftsOptions),
}

#[derive(Debug, Args)]
pub(crate) struct PlanShiftsOptions {
    /// JSON of demand, rules and people
    pub(crate) file: PathBuf,
    /// Moves that are tried; more take longer and leave less uncovered
    #[arg(long, default_value_t = 10_000_000)]
    pub(crate) moves: u32,
    /// The same seed gives the same shifts
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlanForecastOptions {
    /// CSV `start,count`, half-hour after half-hour, such as 2026-01-05T00:30,4
    pub(crate) file: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// What customers do when nobody is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum QueueModel {
    /// They are gone
    ErlangB,
    /// They wait however long it takes
    ErlangC,
    /// They wait until their patience ends
    ErlangA,
}

#[derive(Debug, Args)]
pub(crate) struct PlanStaffOptions {
    /// What customers do when nobody is free
    #[arg(long, value_enum)]
    pub(crate) model: QueueModel,
    /// Customers that come in a unit of time; times come back in that unit
    #[arg(long, value_parser = positive)]
    pub(crate) lambda: f64,
    /// Customers that one person serves in a unit of time
    #[arg(long, value_parser = positive)]
    pub(crate) mu: f64,
    /// Waiting customers that give up in a unit of time, each: erlang-a needs it
    #[arg(long, value_parser = positive)]
    pub(crate) theta: Option<f64>,
    /// People who serve [default: the fewest that meet the target]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) servers: Option<u32>,
    /// Target: share of customers served within --within; with erlang-b, not turned away
    #[arg(long, value_parser = from_0_to_1)]
    pub(crate) service_level: Option<f64>,
    /// The time of the service level
    #[arg(long, value_parser = not_negative)]
    pub(crate) within: Option<f64>,
    /// Target: share of customers that may give up at most (erlang-a)
    #[arg(long, value_parser = from_0_to_1)]
    pub(crate) abandonment: Option<f64>,
    /// Share of paid time in which people are away
    #[arg(long, default_value_t = 0.0, value_parser = below_1)]
    pub(crate) shrinkage: f64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SimulateCommand {
    /// Customers who wait, and some who give up
    Queue(SimulateQueueOptions),
    /// A year of a desk under one way of sharing the work
    Year(SimulateYearOptions),
}

#[derive(Debug, Args)]
pub(crate) struct SimulateQueueOptions {
    /// Customers that come in a unit of time
    #[arg(long, value_parser = positive)]
    pub(crate) lambda: f64,
    /// Customers that one person serves in a unit of time
    #[arg(long, value_parser = positive)]
    pub(crate) mu: f64,
    /// Waiting customers that give up in a unit of time, each; 0 for never
    #[arg(long, value_parser = not_negative)]
    pub(crate) theta: f64,
    /// People who serve
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) servers: u32,
    /// Customers to simulate
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    pub(crate) customers: u64,
    /// The same seed gives the same result
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateYearOptions {
    /// The world, a JSON file [default: a year like Klarna's]
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    /// Who answers what [default: all, side by side]
    #[arg(long, value_name = "P")]
    pub(crate) policy: Option<sim::year::Policy>,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Years with a seed each
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) runs: u32,
    /// Print what the ladder decides in the first of these years, with its reasons
    #[arg(long, conflicts_with_all = ["policy", "json"])]
    pub(crate) decisions: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Listening {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8420)]
    pub(crate) port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,
    /// How fast the desk's clock runs
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub(crate) speed: f64,
    /// Do not open a browser
    #[arg(long)]
    pub(crate) no_open: bool,
}

/// Where a desk is kept.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// Folder that holds the desk [default: ./data, unless EVENKEEL_DATABASE names a database]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL instead of the folder, such as postgres://user@host/desk; several desks may
    /// share it [default: what EVENKEEL_DATABASE says, else none]
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    pub(crate) database: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(crate) listening: Listening,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) procedures: ProcedureOptions,
    #[command(flatten)]
    pub(crate) models: ModelOptions,
    #[command(flatten)]
    pub(crate) mail: MailOptions,
    /// Let owners have webhooks at addresses inside this network, such as a program on this machine
    #[arg(long)]
    pub(crate) webhooks_anywhere: bool,
}

/// The mail server that takes the desk's letters; without one nobody is invited by e-mail.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct MailOptions {
    /// Mail server, such as smtp://user:password@mail.example:587; better in EVENKEEL_SMTP_URL,
    /// where other users of the machine do not see the password
    #[arg(long, value_name = "URL", requires_all = ["mail_from", "public_url"])]
    pub(crate) smtp_url: Option<String>,
    /// Who letters are from, such as "Shop <help@shop.example>"
    #[arg(long, value_name = "NAME")]
    pub(crate) mail_from: Option<String>,
    /// Mailbox into which customers write, such as imaps://help:password@mail.example; better in
    /// EVENKEEL_IMAP_URL
    #[arg(long, value_name = "URL")]
    pub(crate) imap_url: Option<String>,
    /// Address at which the desk is found from outside; links in letters begin with it
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DeliverOptions {
    /// The desk's address; its token comes from EVENKEEL_MAIL_TOKEN
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8420")]
    pub(crate) url: String,
    /// The address for which the mail server hands the message over
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) recipient: Option<String>,
}

/// The language models that read customers' messages; without one, rules do.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ModelOptions {
    /// Address of an OpenAI-compatible server, such as http://localhost:11434; its secret comes
    /// from EVENKEEL_MODEL_KEY
    #[arg(long, value_name = "URL", requires = "model")]
    pub(crate) model_url: Option<String>,
    /// The model's name there
    #[arg(long, value_name = "NAME", requires = "model_url")]
    pub(crate) model: Option<String>,
    /// Address that is asked when the first does not answer; its secret comes from
    /// EVENKEEL_SECOND_MODEL_KEY
    #[arg(long, value_name = "URL", requires_all = ["second_model", "model_url"])]
    pub(crate) second_model_url: Option<String>,
    /// The second model's name
    #[arg(long, value_name = "NAME", requires = "second_model_url")]
    pub(crate) second_model: Option<String>,
    /// Tokens a day, of questions and answers together; rules read the rest of the day
    #[arg(long, value_name = "N", requires = "model_url",
        value_parser = clap::value_parser!(i64).range(1..))]
    pub(crate) model_tokens_a_day: Option<i64>,
}

/// What the assistant may do besides answering.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ProcedureOptions {
    /// Folder with tools.toml and procedures, which the assistant follows
    #[arg(long, value_name = "DIR", requires = "tools_url")]
    pub(crate) procedures: Option<PathBuf>,
    /// Address of the system that the tools call; its secret comes from EVENKEEL_TOOLS_KEY
    #[arg(long, value_name = "URL", requires = "procedures")]
    pub(crate) tools_url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DemoOptions {
    #[command(flatten)]
    pub(crate) listening: Listening,
    /// Folder that holds the desk; without it a temporary one, removed at the end
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL instead of a folder: an empty database, or one that holds the sample shop
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    pub(crate) database: Option<String>,
    #[command(flatten)]
    pub(crate) models: ModelOptions,
    #[command(flatten)]
    pub(crate) mail: MailOptions,
    /// Let owners have webhooks at addresses inside this network, such as a program on this machine
    #[arg(long)]
    pub(crate) webhooks_anywhere: bool,
    /// Leave out the simulated customers and agents
    #[arg(long)]
    pub(crate) quiet: bool,
    /// Days of simulated past in the balance's ledger of a new sample shop; 0 for none, and the
    /// levels of its topics as the sample has them
    #[arg(long, value_name = "DAYS", default_value_t = 200, value_parser = past_days)]
    pub(crate) past: i64,
    /// Who comes and what they write
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct ImportTopicsOptions {
    pub(crate) file: PathBuf,
    /// Level of new topics: off, draft or supervised [default: the file's, else off]
    #[arg(long, value_parser = level)]
    pub(crate) level: Option<Level>,
    /// The assistant's share of new topics [default: the file's, else 0.5]
    #[arg(long, value_parser = share)]
    pub(crate) share: Option<f64>,
    /// The assistant may answer on new topics while nobody is at the desk
    #[arg(long)]
    pub(crate) at_night: bool,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArticlesOptions {
    /// A Markdown file, or a folder of them
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BackupOptions {
    /// The file to write, which is a desk itself
    pub(crate) out: PathBuf,
    /// Write over a file of that name
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreOptions {
    /// What `evenkeel backup`, or `evenkeel export --what all`, wrote
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MigrateOptions {
    /// Where the desk is: `sqlite`, `postgres`, a folder, a file that ends in .sqlite, or an
    /// address such as postgres://user@host/desk
    #[arg(long, value_name = "PLACE")]
    pub(crate) from: String,
    /// Where it shall be, likewise; nothing is kept there yet
    #[arg(long, value_name = "PLACE")]
    pub(crate) to: String,
    /// The folder that `sqlite` means
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data: PathBuf,
    /// The address that `postgres` means [default: what EVENKEEL_DATABASE says]
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorOptions {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Also make each draw of the assistant's cases again, and each level from the ledger
    #[arg(long)]
    pub(crate) replay: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MaskOptions {
    /// Lines of text; without it standard input
    pub(crate) file: Option<PathBuf>,
    /// Kinds to cover: card, iban, email, phone, id, secret
    #[arg(long, value_delimiter = ',', default_value = "card")]
    pub(crate) only: Vec<Kind>,
    /// Print what was found instead of the lines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EvalTopicsOptions {
    /// What to learn from
    #[arg(long, value_name = "FILE")]
    pub(crate) train: PathBuf,
    /// What to measure on
    #[arg(long, value_name = "FILE")]
    pub(crate) test: PathBuf,
    /// Seed of the learning
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EvalSlotsOptions {
    /// What to learn from: JSON lists of messages with `text`, `intents` and `slots`
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub(crate) train: Vec<PathBuf>,
    /// What to measure on
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub(crate) test: Vec<PathBuf>,
    /// Seed of the learning
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EvalRetrievalOptions {
    /// A folder of JSON files, each with `id`, `title` and `content`
    #[arg(long, value_name = "DIR")]
    pub(crate) documents: PathBuf,
    /// A JSON list of tasks with `required_documents` and `user_scenario.instructions`
    #[arg(long, value_name = "FILE")]
    pub(crate) queries: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EvalProceduresOptions {
    /// A folder with the shop's records, `db.json`: products, users and orders by id
    #[arg(long, value_name = "DIR")]
    pub(crate) environment: PathBuf,
    /// A JSON list of tasks with `evaluation_criteria.actions`, each a name and arguments
    #[arg(long, value_name = "FILE")]
    pub(crate) tasks: PathBuf,
    /// The changed records by task; `end_states.json` beside the tasks if not given
    #[arg(long, value_name = "FILE")]
    pub(crate) end_states: Option<PathBuf>,
    /// What goes wrong on the way
    #[arg(long, value_delimiter = ',', value_enum, default_value = "none")]
    pub(crate) faults: Vec<ProcedureFault>,
    /// Seed of the faults
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// The folder of the one task that this process plays until it stops
    #[arg(long, hide = true, requires = "stop_at")]
    pub(crate) folder: Option<PathBuf>,
    /// The point at which this process ends itself
    #[arg(long, hide = true)]
    pub(crate) stop_at: Option<u64>,
}

/// What goes wrong while procedures are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProcedureFault {
    /// Nothing
    None,
    /// Each call is made twice, and each request sent twice
    Duplicate,
    /// The process ends before, in the middle of and after each write, and goes on
    Crash,
    /// Calls that break the shop's policy are tried before and after the right one
    Mutate,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayOptions {
    /// CSV with a header, or JSON rows `[text, label]`
    pub(crate) file: PathBuf,
    /// The desk, such as http://127.0.0.1:8420
    #[arg(long)]
    pub(crate) url: String,
    /// Send only the first rows
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// Rows a second; without it up to 16 are under way at once
    #[arg(long, value_parser = rate)]
    pub(crate) rate: Option<f64>,
    /// The inbox's public key
    #[arg(long, default_value = "web")]
    pub(crate) inbox: String,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl Arguments {
    /// Reads the command line; nothing when help or the version was asked for and printed.
    pub(crate) fn read() -> Outcome<Option<Self>> {
        Self::try_parse().map(Some).or_else(|error| {
            if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
                print!("{error}");
                return Ok(None);
            }
            Err(failure(&error))
        })
    }
}

/// The parser's own message without its usage and advice, which the hint gives in our form.
fn failure(error: &clap::Error) -> Failure {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::new("A command is missing.", "Run evenkeel --help for all commands.");
    }
    let said = error.to_string();
    let what = said.split("\n\n").next().unwrap_or_default();
    let what = what.strip_prefix("error: ").unwrap_or(what).trim_end();
    Failure::new(what, "Run the command with --help for what it takes.")
}

fn level(text: &str) -> Result<Level, String> {
    let level = Level::parse(text).filter(|level| *level != Level::Autonomous);
    level.ok_or_else(|| "a level is off, shadow, draft or supervised".to_owned())
}

fn past_days(text: &str) -> Result<i64, String> {
    let days = text.parse().ok().filter(|days| *days == 0 || (30..=1_000).contains(days));
    days.ok_or_else(|| "a past is 0 days, or 30 to 1000".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=limits::SHARE_MAX).contains(share));
    share.ok_or_else(|| format!("a share is a number from 0 to {}", limits::SHARE_MAX))
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (0.01..=100_000.0).contains(speed));
    speed.ok_or_else(|| "a speed is a number from 0.01 to 100000".to_owned())
}

fn scale(text: &str) -> Result<f64, String> {
    let scale = text.parse().ok().filter(|scale| *scale > 0.0 && *scale <= 10.0);
    scale.ok_or_else(|| "a scale is a number above 0, at most 10".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.01..=100_000.0).contains(rate));
    rate.ok_or_else(|| "a rate is a number from 0.01 to 100000".to_owned())
}

fn number(text: &str, is_right: impl Fn(f64) -> bool, what: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && is_right(*number));
    number.ok_or_else(|| format!("this is {what}"))
}

fn positive(text: &str) -> Result<f64, String> {
    number(text, |number| number > 0.0, "a number above 0")
}

fn not_negative(text: &str) -> Result<f64, String> {
    number(text, |number| number >= 0.0, "a number from 0 on")
}

fn from_0_to_1(text: &str) -> Result<f64, String> {
    number(text, |number| (0.0..=1.0).contains(&number), "a share, from 0 to 1")
}

fn below_1(text: &str) -> Result<f64, String> {
    number(text, |number| (0.0..1.0).contains(&number), "a share, from 0 to below 1")
}
