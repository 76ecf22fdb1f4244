//! `doctor`: whether a desk is sound. Ends with 0 when it is, with 1 when not.

use std::process::ExitCode;

use desk::Time;
use serde_json::{Value, json};
use store::{Check, Doctor, Location};

use crate::{arguments::DoctorOptions, copied::refusal, disk, failure::Outcome, ledger, redraw};

pub(crate) async fn run(options: &DoctorOptions) -> Outcome<ExitCode> {
    let location = options.place.location();
    let doctor = Doctor::visit(&location).await.map_err(|error| refusal(&error))?;
    let mut checks = doctor.examine(now()).await.map_err(|error| refusal(&error))?;
    let is_open = checks.iter().all(|check| check.name != "opens" || check.is_ok);
    if let Location::Sqlite(file) = &location {
        checks.extend(disk::check(file));
    }
    if options.replay && is_open {
        checks.push(redraw::check(&doctor).await);
        checks.push(ledger::check(&doctor).await);
    }
    let is_ok = checks.iter().all(|check| check.is_ok);
    print(&checks, is_ok, options.json);
    Ok(if is_ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(checks: &[Check], is_ok: bool, is_json: bool) {
    if is_json {
        let list: Vec<Value> = checks
            .iter()
            .map(|check| json!({ "name": check.name, "ok": check.is_ok, "detail": check.detail }))
            .collect();
        println!("{}", json!({ "ok": is_ok, "checks": list }));
        return;
    }
    for Check { name, is_ok, detail } in checks {
        let word = if *is_ok { "ok" } else { "not ok" };
        println!("{word:<7} {name:<14} {detail}");
    }
    if !is_ok {
        println!("docs/operate.md says what to do for each.");
    }
}

fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Time(i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX))
}
