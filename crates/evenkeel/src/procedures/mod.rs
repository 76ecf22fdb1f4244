//! `eval procedures`: plays tasks through the desk's calls and the shop, with faults on the way.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Stdio},
};

use assistant::Tools;
use serde_json::{Value, json};
use shop::Records;
use sim::Chance;

mod desk;
mod mutations;
mod stops;
mod tasks;

use desk::{Consent, Desk, NotMade};
use mutations::Attempts;
use stops::Stops;
use tasks::{Environment, Task};

use crate::{
    arguments::{EvalProceduresOptions, ProcedureFault},
    failure::{Failure, Outcome},
    print::print,
};

/// What the desk allows in the shop.
const TOOLS: &str = include_str!("../../../../demo/tools.toml");

/// Two colleagues who approve what customers have confirmed.
const APPROVERS: &[&str] = &["anna", "bo"];

/// How a process ends that was told to stop.
const ALL_DONE: i32 = 0;

/// What was counted.
#[derive(Default)]
struct Count {
    is_loud: bool,
    runs: usize,
    equal_tasks: usize,
    equal_runs: usize,
    effects_twice: usize,
    refused_by_desk: usize,
    refused_by_shop: usize,
    crashes: usize,
    attempts: Attempts,
}

pub(crate) fn run(options: &EvalProceduresOptions) -> Outcome<()> {
    let tools =
        Tools::parse(TOOLS).map_err(|fault| Failure::new(fault.to_string(), "Report it."))?;
    let environment =
        Environment::read(&options.environment, &options.tasks, options.end_states.as_deref())?;
    if let (Some(folder), Some(point)) = (&options.folder, options.stop_at) {
        return play_until(&tools, &environment, folder, point);
    }
    let has = |fault| options.faults.contains(&fault);
    let mut count = Count { is_loud: true, ..Count::default() };
    for (number, task) in environment.tasks.iter().enumerate() {
        let play = Play { tools: &tools, environment: &environment, task, seed: options.seed };
        let mut equal = play.plainly(&mut count, has(ProcedureFault::Duplicate))?;
        if has(ProcedureFault::Crash) {
            equal &= play.with_crashes(&mut count)?;
        }
        if has(ProcedureFault::Mutate) {
            equal &= play.with_mutations(&mut count)?;
        }
        count.equal_tasks += usize::from(equal);
        if has(ProcedureFault::Crash) {
            eprintln!("task {} of {}", number + 1, environment.tasks.len());
        }
    }
    print(&report(&count, environment.tasks.len(), options.seed), options.json);
    Ok(())
}

fn report(count: &Count, tasks: usize, seed: u64) -> Value {
    json!({
        "tasks": tasks,
        "end_states_equal": count.equal_tasks,
        "effects_twice": count.effects_twice,
        "mutations": count.attempts.made,
        "mutations_refused": count.attempts.refused,
        "mutations_by_kind": count.attempts.by_kind,
        "runs": count.runs,
        "runs_equal": count.equal_runs,
        "crashes": count.crashes,
        "reference_calls_refused_by_desk": count.refused_by_desk,
        "reference_calls_refused_by_shop": count.refused_by_shop,
        "seed": seed,
    })
}

/// One task to be played, again and again.
struct Play<'a> {
    tools: &'a Tools,
    environment: &'a Environment,
    task: &'a Task,
    seed: u64,
}

impl Play<'_> {
    /// Plays the task without a stop; `twice` makes each call twice.
    fn plainly(&self, count: &mut Count, twice: bool) -> Outcome<bool> {
        let folder = temporary()?;
        let stops = if twice { Stops::sending_twice() } else { Stops::default() };
        let mut desk = self.open(folder.path(), stops)?;
        self.go_on(&mut desk, count, if twice { 2 } else { 1 })?;
        Ok(self.judge(&desk, count))
    }

    /// Ends the process at each point of the task, once more soon after, and goes on.
    fn with_crashes(&self, count: &mut Count) -> Outcome<bool> {
        let environment = temporary()?;
        self.write_alone(environment.path())?;
        let mut all_equal = true;
        for point in 1.. {
            let folder = temporary()?;
            if !stop_at(environment.path(), folder.path(), point)? {
                return Ok(all_equal);
            }
            count.crashes += 1;
            let again = 1 + (point * 7 + self.seed) % 11;
            count.crashes += usize::from(stop_at(environment.path(), folder.path(), again)?);
            let mut desk = self.open(folder.path(), Stops::default())?;
            self.go_on(&mut desk, &mut Count::default(), 1)?;
            all_equal &= self.judge(&desk, count);
        }
        Ok(all_equal)
    }

    /// Tries what breaks the rules before and after each right call.
    fn with_mutations(&self, count: &mut Count) -> Outcome<bool> {
        let folder = temporary()?;
        let mut desk = self.open(folder.path(), Stops::default())?;
        let mut chance = Chance::new(self.seed);
        for (number, action) in self.task.actions().iter().enumerate() {
            count.attempts.before(&mut desk, self.tools, action, number, &mut chance);
            self.act(&mut desk, number, &mut Count::default(), 1)?;
            count.attempts.after(&mut desk, action, number);
        }
        Ok(self.judge(&desk, count))
    }

    fn open(&self, folder: &Path, stops: Stops) -> Outcome<Desk<'_>> {
        let records = self.environment.records.clone();
        let mut desk = Desk::open(self.tools, records, folder, stops).map_err(broken)?;
        if let Some(customer) = self.task.signed_in(&self.environment.records) {
            desk.sign_in(&customer).map_err(broken)?;
        }
        Ok(desk)
    }

    fn go_on(&self, desk: &mut Desk<'_>, count: &mut Count, times: usize) -> Outcome<()> {
        for number in desk.done..self.task.actions().len() {
            self.act(desk, number, count, times)?;
        }
        Ok(())
    }

    /// Makes one reference call; the customer says yes, and colleagues approve.
    fn act(
        &self,
        desk: &mut Desk<'_>,
        number: usize,
        count: &mut Count,
        times: usize,
    ) -> Outcome<()> {
        let action = &self.task.actions()[number];
        for _ in 0..times {
            let consent = Consent { confirmed: Some(&action.arguments), approvers: APPROVERS };
            match desk.call(&number.to_string(), &action.name, &action.arguments, consent) {
                Ok(_) => {}
                Err(NotMade::Broken(why)) => return Err(broken(why)),
                Err(why) => {
                    let by_shop = matches!(why, NotMade::ByShop(_));
                    count.refused_by_shop += usize::from(by_shop);
                    count.refused_by_desk += usize::from(!by_shop);
                    if count.is_loud {
                        eprintln!("task {}: {} is refused: {why}", self.task.id, action.name);
                    }
                }
            }
        }
        desk.finish(number + 1).map_err(broken)
    }

    /// Compares the shop with what has to be true, and counts effects that came more than once.
    fn judge(&self, desk: &Desk<'_>, count: &mut Count) -> bool {
        let end = &self.environment.ends[&self.task.id];
        let differences = end.differences(&self.environment.records, desk.shop.records());
        for difference in &differences {
            eprintln!("task {}: {difference} is not as it should be", self.task.id);
        }
        let mut happened: BTreeMap<(&str, String), i64> = BTreeMap::new();
        for (operation, arguments) in desk.shop.effects() {
            *happened.entry((operation, arguments.to_string())).or_default() += 1;
        }
        for action in self.task.actions() {
            if let Some(times) = happened.get_mut(&(&*action.name, action.arguments.to_string())) {
                *times -= 1;
            }
        }
        let twice: i64 = happened.values().map(|times| (*times).max(0)).sum();
        count.effects_twice += twice as usize;
        count.runs += 1;
        count.equal_runs += usize::from(differences.is_empty());
        differences.is_empty()
    }

    /// Writes an environment with this task and what its customer can see: a process that is
    /// ended hundreds of times should not read all customers each time.
    fn write_alone(&self, folder: &Path) -> Outcome<()> {
        let all = &self.environment.records;
        let probe = temporary()?;
        let mut desk = self.open(probe.path(), Stops::default())?;
        self.go_on(&mut desk, &mut Count::default(), 1)?;
        let customer = desk.customer.clone().unwrap_or_default();
        let records = Records {
            products: all.products.clone(),
            users: all.users.iter().filter(|(id, _)| **id == customer).map(own).collect(),
            orders: all
                .orders
                .iter()
                .filter(|(_, order)| order.user_id == customer)
                .map(own)
                .collect(),
        };
        let task = json!([{
            "id": "0",
            "evaluation_criteria": { "actions": self.task.actions() },
        }]);
        let files = [
            ("db.json", json!(records)),
            ("tasks.json", task),
            ("end_states.json", json!({ "0": { "changed": {} } })),
        ];
        for (name, content) in files {
            std::fs::write(folder.join(name), content.to_string()).map_err(broken)?;
        }
        Ok(())
    }
}

fn own<K: Clone, V: Clone>((key, value): (&K, &V)) -> (K, V) {
    (key.clone(), value.clone())
}

/// Lets a process play the task of a folder until it stops at a point. False if it came to the end.
fn stop_at(environment: &Path, folder: &Path, point: u64) -> Outcome<bool> {
    let program = std::env::current_exe().map_err(broken)?;
    let status = Command::new(program)
        .args(["eval", "procedures", "--stop-at", &point.to_string()])
        .args([Path::new("--environment"), environment, Path::new("--folder"), folder])
        .args([Path::new("--tasks"), &environment.join("tasks.json")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(broken)?;
    match status.code() {
        Some(ALL_DONE) => Ok(false),
        None => Ok(true),
        Some(code) => Err(broken(format!("a process that should have stopped ended with {code}"))),
    }
}

fn play_until(tools: &Tools, environment: &Environment, folder: &Path, point: u64) -> Outcome<()> {
    rlimit::setrlimit(rlimit::Resource::CORE, 0, 0).map_err(broken)?;
    let play = Play { tools, environment, task: &environment.tasks[0], seed: 0 };
    let mut desk = play.open(folder, Stops::at(point))?;
    play.go_on(&mut desk, &mut Count::default(), 1)
}

fn temporary() -> Outcome<tempfile::TempDir> {
    tempfile::tempdir().map_err(broken)
}

fn broken(why: impl std::fmt::Display) -> Failure {
    Failure::new(format!("{why}"), "Make room for temporary files (TMPDIR) and run it again.")
}
