//! `export --what ledger`, `balance replay` and the ledger's part of `doctor --replay`: every level
//! is recomputed from the rows, bit for bit, and the first difference is named.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Read, Write},
    path::Path,
    time::Instant,
};

use balance::{
    Assigned, Drawn, Fact, Fold, Head, LevelDecision, Purpose, Row, Rules, VERSION, draw,
};
use desk::Arm;
use serde_json::{Value, json};
use service::{read_ledger_row, rules};
use store::{Check, Doctor};

use crate::{
    arguments::{BalanceReplayOptions, ExportOptions},
    copied::refusal,
    failure::{Failure, Outcome},
    print::print,
};

/// Rows read at once.
const PAGE: usize = 5_000;
const HINT: &str = "Give a file that `evenkeel export --what ledger` wrote.";

/// A fold with the draws made again on the way.
struct Replay {
    fold: Fold,
    seed: Vec<u8>,
    /// The first draw that fell otherwise.
    draw: Option<(i64, String)>,
    n_draws: u64,
}

impl Replay {
    fn new(rules: Rules, seed: Vec<u8>) -> Self {
        Self { fold: Fold::new(rules), seed, draw: None, n_draws: 0 }
    }

    fn take(&mut self, row: &Row) -> Result<(), String> {
        if let Fact::Assigned(assigned) = &row.fact {
            self.n_draws += 1;
            if self.draw.is_none()
                && let Some(why) = other_draw(&self.seed, assigned)
            {
                self.draw = Some((row.seq, why));
            }
        }
        self.fold.take(row).map_err(|fault| fault.to_string())
    }

    /// Where rows and replay part first, in words for people and as data.
    fn difference(&self) -> Option<(i64, String)> {
        let decision = self.fold.disagreement().map(|found| {
            let say = |decision: Option<&LevelDecision>| {
                decision
                    .map_or_else(|| "nothing".to_owned(), |decision| json!(decision).to_string())
            };
            let (stored, computed) = (say(found.stored.as_ref()), say(found.computed.as_ref()));
            (found.seq, format!("stored is {stored}; the rows give {computed}"))
        });
        self.draw.clone().into_iter().chain(decision).min_by_key(|(seq, _)| *seq)
    }
}

/// How a draw falls otherwise than is stored.
fn other_draw(seed: &[u8], assigned: &Assigned) -> Option<String> {
    let case = assigned.case.to_string();
    let falls = |purpose, probability| draw(seed, purpose, &case) < probability;
    let differs = |purpose, drawn: Option<Drawn>| {
        drawn.is_some_and(|drawn| falls(purpose, drawn.probability) != drawn.is)
    };
    if assigned.is_randomised
        && falls(Purpose::Arm, assigned.propensity) != (assigned.arm == Arm::Ai)
    {
        return Some(format!("case {case} was not drawn for {}", assigned.arm.as_str()));
    }
    if differs(Purpose::Draft, assigned.shown) {
        return Some(format!("case {case}: the draft's draw fell otherwise"));
    }
    differs(Purpose::Review, assigned.review)
        .then(|| format!("case {case}: the review's draw fell otherwise"))
}

pub(crate) fn replay(options: &BalanceReplayOptions) -> Outcome<()> {
    let path = &options.file;
    let failed = |why: &dyn std::fmt::Display| Failure::file(path.display(), why, HINT);
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(path).map_err(|error| failed(&error))?)
    };
    let began = Instant::now();
    let mut lines = BufReader::with_capacity(1 << 20, source);
    let mut line = String::new();
    lines.read_line(&mut line).map_err(|error| failed(&error))?;
    let head: Head = serde_json::from_str(&line)
        .map_err(|error| failed(&format!("the first line is no head of a ledger: {error}")))?;
    if head.ledger != VERSION {
        let why = format!("its rows are of version {}, this release reads {VERSION}", head.ledger);
        return Err(failed(&why));
    }
    let seed = seed(&head.seed).ok_or_else(|| failed(&"its seed is not in hexadecimal digits"))?;
    let mut replay = Replay::new(head.rules, seed);
    for n in 2.. {
        line.clear();
        if lines.read_line(&mut line).map_err(|error| failed(&error))? == 0 {
            break;
        }
        let row = serde_json::from_str(&line).map_err(|error| error.to_string());
        row.and_then(|row| replay.take(&row)).map_err(|why| failed(&format!("line {n}: {why}")))?;
    }
    let difference = replay.difference();
    let seconds = began.elapsed().as_secs_f64();
    let topics: Vec<Value> =
        replay.fold.topics().iter().map(|id| topic(&replay.fold, *id)).collect();
    if !options.json {
        for topic in &topics {
            println!("{topic}");
        }
    }
    let mut fields = json!({
        "rows": replay.fold.seq(),
        "draws": replay.n_draws,
        "first_refused": replay.fold.refused().map(|(seq, why)| json!({ "seq": seq, "why": why.to_string() })),
        "first_difference": difference.map(|(seq, why)| json!({ "seq": seq, "why": why })),
        "seconds": seconds,
    });
    if options.json {
        fields["topics"] = topics.into();
    }
    print(&fields, options.json);
    Ok(())
}

fn topic(fold: &Fold, id: desk::TopicId) -> Value {
    let Some(track) = fold.track(id) else { return Value::Null };
    let decisions: Vec<Value> = fold
        .told()
        .iter()
        .filter(|told| told.decision.topic == id)
        .map(|told| json!({ "at": told.at, "by_hand": told.is_by_hand, "decision": told.decision }))
        .collect();
    json!({
        "topic": id.to_string(),
        "level": track.level().as_str(),
        "n": track.test().n(),
        "ln_e_p1": track.test().ln_e(),
        "ln_e_p2": track.quality().ln_e(),
        "decisions": decisions,
    })
}

fn seed(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

pub(crate) async fn export(options: &ExportOptions) -> Outcome<()> {
    let doctor = Doctor::visit(&options.place.location()).await.map_err(|e| refusal(&e))?;
    let unread = |error: store::ReadError| {
        Failure::new(error.to_string(), "Run `evenkeel doctor`; it says what is wrong.")
    };
    let Some(seed) = doctor.draw_seed().await.map_err(unread)? else {
        return Err(Failure::new(
            "no desk was set up there.",
            "Name the desk's folder with --data.",
        ));
    };
    let path = &options.out;
    let hint = "Make room, or name another file.";
    let failed = |error: std::io::Error| Failure::file(path.display(), error, hint);
    let is_standard = path == Path::new("-");
    // It bears its name only when it is whole.
    let part = path.with_extension("part");
    let target: Box<dyn Write + Send> = if is_standard {
        Box::new(std::io::stdout())
    } else {
        Box::new(File::create(&part).map_err(failed)?)
    };
    let mut out = BufWriter::with_capacity(1 << 20, target);
    let hex = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let head = Head { ledger: VERSION, rules: rules(), seed: hex };
    line(&mut out, &head).map_err(failed)?;
    let mut seq = 0;
    loop {
        let page = doctor.ledger_after(seq, PAGE).await.map_err(unread)?;
        for row in &page {
            line(&mut out, &read_ledger_row(row)?).map_err(failed)?;
            seq = row.seq;
        }
        if page.len() < PAGE {
            break;
        }
    }
    out.flush().map_err(failed)?;
    if !is_standard {
        drop(out);
        File::open(&part).and_then(|file| file.sync_all()).map_err(failed)?;
        std::fs::rename(&part, path).map_err(failed)?;
        let fields = json!({ "rows": seq, "file": path.display().to_string() });
        print(&fields, options.json);
    }
    Ok(())
}

fn line(to: &mut impl Write, value: &impl serde::Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *to, value)?;
    to.write_all(b"\n")
}

/// Folds the ledger anew and compares; and whether the topics are what the fold makes of them.
pub(crate) async fn check(doctor: &Doctor) -> Check {
    let (is_ok, detail) = match compare(doctor).await {
        Ok(Ok(detail)) => (true, detail),
        Ok(Err(detail)) | Err(detail) => (false, detail),
    };
    Check { name: "levels", is_ok, detail }
}

async fn compare(doctor: &Doctor) -> Result<Result<String, String>, String> {
    let Some(seed) = doctor.draw_seed().await.map_err(|error| error.to_string())? else {
        return Ok(Ok("no desk yet".to_owned()));
    };
    let mut replay = Replay::new(rules(), seed);
    loop {
        let page = doctor.ledger_after(replay.fold.seq(), PAGE).await.map_err(|e| e.to_string())?;
        for row in &page {
            let row = read_ledger_row(row).map_err(|error| error.to_string())?;
            replay.take(&row)?;
        }
        if page.len() < PAGE {
            break;
        }
    }
    if let Some((seq, why)) = replay.difference() {
        return Ok(Err(format!("row {seq}: {why}")));
    }
    if let Some((seq, why)) = replay.fold.refused() {
        return Ok(Err(format!("row {seq} counts for nothing: {why}")));
    }
    let n_decisions = replay.fold.told().len();
    Ok(Ok(format!("{} rows give the same {n_decisions} decisions", replay.fold.seq())))
}
