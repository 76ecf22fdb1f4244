//! What can be typed after `evenkeel`.

use std::{net::IpAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, error::ErrorKind};
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
    /// Cover card numbers and other personal data in lines of text
    Mask(MaskOptions),
    /// Measure on labelled files
    Eval {
        #[command(subcommand)]
        what: EvalCommand,
    },
    /// Send each row of a file to a running desk, as customers do
    Replay(ReplayOptions),
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

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(crate) listening: Listening,
    /// Folder that holds the desk
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct DemoOptions {
    #[command(flatten)]
    pub(crate) listening: Listening,
    /// Folder that holds the desk; without it a temporary one, removed at the end
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Leave out the simulated customers and agents
    #[arg(long)]
    pub(crate) quiet: bool,
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
    /// Folder that holds the desk
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArticlesOptions {
    /// A Markdown file, or a folder of them
    pub(crate) path: PathBuf,
    /// Folder that holds the desk
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data: PathBuf,
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
    let level = Level::ALL.into_iter().find(|level| level.as_str() == text);
    level.ok_or_else(|| "a level is off, draft or supervised".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=limits::SHARE_MAX).contains(share));
    share.ok_or_else(|| format!("a share is a number from 0 to {}", limits::SHARE_MAX))
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (0.01..=100_000.0).contains(speed));
    speed.ok_or_else(|| "a speed is a number from 0.01 to 100000".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.01..=100_000.0).contains(rate));
    rate.ok_or_else(|| "a rate is a number from 0.01 to 100000".to_owned())
}
