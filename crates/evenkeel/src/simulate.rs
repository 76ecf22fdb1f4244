//! `simulate`: a queue, and a year of a desk.

use std::{fs, time::Instant};

use serde_json::{Map, Value, json};
use sim::{
    queue::{self, Queue},
    year::{self, Policy, World, Years},
};

use crate::{
    arguments::{SimulateQueueOptions, SimulateYearOptions},
    failure::{Failure, Outcome},
    print::print,
};

pub(crate) fn queue(options: &SimulateQueueOptions) -> Outcome<()> {
    let line = Queue {
        lambda: options.lambda,
        mu: options.mu,
        theta: options.theta,
        servers: options.servers,
    };
    if line.theta == 0.0 && line.lambda >= line.mu * f64::from(line.servers) {
        return Err(Failure::new(
            "more customers come than can be served, and nobody gives up: the queue has no end.",
            "Give more --servers, or a --theta above 0.",
        ));
    }
    let began = Instant::now();
    let served = queue::simulate(&line, options.customers, options.seed);
    let seconds = began.elapsed().as_secs_f64();
    let fields = json!({
        "p_abandon": served.p_abandon,
        "p_abandon_se": served.p_abandon_se,
        "mean_wait": served.mean_wait,
        "p_wait": served.p_wait,
        "occupancy": served.occupancy,
        "customers": options.customers,
        "customers_per_second": (options.customers as f64 / seconds).round(),
        "seconds": seconds,
        "seed": options.seed,
    });
    print(&fields, options.json);
    Ok(())
}

pub(crate) fn year(options: &SimulateYearOptions) -> Outcome<()> {
    let world = match &options.world {
        None => World::klarna(),
        Some(path) => {
            let failed = |why: &dyn std::fmt::Display| {
                Failure::file(path.display(), why, "Give a world as the built-in year is one.")
            };
            let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
            World::parse(&text).map_err(|why| failed(&why))?
        }
    };
    if options.decisions {
        for change in year::decisions(&world, options.seed) {
            let topic = &world.topics[change.topic].name;
            let (day, from, to) = (change.day, change.moved.from, change.moved.to);
            let (from, to) = (from.as_str(), to.as_str());
            println!("day {day:>3}  {topic}: {from} to {to}. {}", change.moved.reason);
        }
        return Ok(());
    }
    if let Some(policy) = options.policy {
        let fields = years(&world, policy, options);
        print(&Value::Object(fields), options.json);
        return Ok(());
    }
    let all = Policy::ALL.map(|policy| (policy, years(&world, policy, options)));
    if options.json {
        let all: Map<String, Value> =
            all.into_iter().map(|(policy, fields)| (policy.to_string(), fields.into())).collect();
        println!("{}", Value::Object(all));
        return Ok(());
    }
    println!(
        "{:<9}{:>12}{:>9}{:>7}{:>7}{:>7}{:>7}",
        "", "cost", "bad", "share", "up", "false", "down"
    );
    for (policy, fields) in &all {
        let of = |name: &str| fields[name].as_f64().unwrap_or_default();
        println!(
            "{policy:<9}{:>12.0}{:>9.0}{:>7.2}{:>7.1}{:>7.2}{:>7.1}",
            of("cost"),
            of("bad"),
            of("ai_share"),
            of("promotions"),
            of("false_promotions"),
            of("demotions"),
        );
    }
    println!("\nMeans of {} years from seed {} on, {}.", options.runs, options.seed, world.name);
    Ok(())
}

fn years(world: &World, policy: Policy, options: &SimulateYearOptions) -> Map<String, Value> {
    let began = Instant::now();
    let mut years = Years::default();
    for run in 0..u64::from(options.runs) {
        years.add(year::simulate(world, policy, options.seed.wrapping_add(run)));
    }
    let mut fields = Map::new();
    let means = years.fields();
    for (name, mean, _) in &means {
        fields.insert((*name).to_owned(), json!(mean));
    }
    for (name, _, deviation) in &means {
        fields.insert(format!("{name}_sd"), json!(deviation));
    }
    fields.insert("policy".to_owned(), json!(policy.as_str()));
    fields.insert("runs".to_owned(), json!(options.runs));
    fields.insert("seconds".to_owned(), json!(began.elapsed().as_secs_f64()));
    fields
}
