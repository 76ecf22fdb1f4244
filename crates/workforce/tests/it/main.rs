//! The closed forms against numbers that were computed elsewhere, and what must hold of any queue.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.
#![allow(clippy::print_stdout)] // Runs tell their figures.

mod forecasts;
mod rosters;
mod shifts;

use workforce::{
    Impossible, Line, blocked, fewest, impatient, patient, positions, square_root_staffing,
    wait_limit,
};

fn line(lambda: f64, mu: f64) -> Line {
    Line::new(lambda, mu).unwrap()
}

/// Equal in all digits that are printed.
fn digits(got: f64, printed: &str) {
    let n = printed.split_once('.').map_or(0, |(_, digits)| digits.len());
    let got = format!("{got:.n$}");
    assert_eq!(got.trim_start_matches('0'), printed.trim_start_matches('0'));
}

#[test]
fn erlang_b() {
    let cases = [
        (10, 4.461, ".009998"),
        (20, 12.03, ".009996"),
        (30, 20.34, ".010013"),
        (50, 37.90, ".009995"),
        (100, 84.06, ".009992"),
        (5, 3.0, ".110054348"),
        (30, 25.0, ".052603172"),
        (50, 48.0, ".083337353"),
    ];
    for (servers, load, printed) in cases {
        digits(blocked(line(load, 1.0), servers).unwrap().p_blocked, printed);
    }
}

#[test]
fn erlang_c() {
    let cases = [
        (1, 0.5, ".5"),
        (2, 1.0, ".333333333"),
        (5, 3.0, ".236151603"),
        (10, 8.0, ".409180151"),
        (14, 10.0, ".174131934"),
        (50, 48.0, ".694455611"),
        (110, 100.0, ".237007500"),
    ];
    for (servers, load, printed) in cases {
        digits(patient(line(load, 1.0), servers).unwrap().p_wait, printed);
    }
    let desk = patient(line(48.0, 1.0), 50).unwrap();
    digits(desk.mean_wait * 60.0, "20.83");
}

#[test]
fn erlang_a() {
    let desk = impatient(line(48.0, 1.0), 0.5, 50).unwrap();
    digits(desk.p_abandon, ".0309122492");
    digits(desk.mean_wait * 60.0, "3.7095");
    digits(desk.wait_exceeded_by(0.1) * 60.0, "12.44");
    digits(desk.mean_queue, "2.9676");
    digits(desk.occupancy, ".930324");
    digits(desk.p_wait, ".467774");
    digits(desk.served_within(1.0 / 3.0), ".943019");
    let third = 1.0 / 3.0;
    let eleventh = 1.0 / 11.0;
    let cases = [
        (10.0, 0.2, 0.25, 50, 0.5, [".492097", ".059452", ".237807", ".762265"]),
        (10.0, 0.2, 0.25, 45, 0.5, [".744393", ".122133", ".488531", ".515742"]),
        (1.0, eleventh, 0.2, 10, third, [".555631", ".192139", ".960693", ".490563"]),
        (20.0, eleventh, 0.1, 210, 1.0, [".743560", ".055966", ".559663", ".738113"]),
    ];
    for (lambda, mu, theta, servers, time, printed) in cases {
        let desk = impatient(line(lambda, mu), theta, servers).unwrap();
        let got = [desk.p_wait, desk.p_abandon, desk.mean_wait, desk.served_within(time)];
        got.into_iter().zip(printed).for_each(|(got, printed)| digits(got, printed));
    }
}

#[test]
fn many_people() {
    let (exact, limit) = (
        [".9344", ".8025", ".5913", ".3635", ".1852"],
        [".9312", ".7979", ".5858", ".3572", ".1790"],
    );
    for (nth, beta) in [-1.0, -0.5, 0.0, 0.5, 1.0].into_iter().enumerate() {
        let servers = square_root_staffing(line(400.0, 1.0), beta);
        digits(impatient(line(400.0, 1.0), 0.5, servers).unwrap().p_wait, exact[nth]);
        digits(wait_limit(1.0, 0.5, beta).unwrap(), limit[nth]);
    }
}

#[test]
fn the_fewest_people_for_a_service_level() {
    // 100 calls in 30 minutes, 3 minutes each, 80 % within 20 seconds, 30 % of the time away.
    let calls = line(100.0 / 30.0, 1.0 / 3.0);
    let third = 1.0 / 3.0;
    let meets = |n| Ok(patient(calls, n)?.served_within(third) >= 0.8);
    let servers = fewest(calls, meets).unwrap().unwrap();
    let desk = patient(calls, servers).unwrap();
    assert_eq!((servers, positions(servers, 0.3)), (14, 20));
    digits(desk.served_within(third), ".8883500192");
    digits(desk.occupancy, ".7142857143");
    assert!(patient(calls, 13).unwrap().served_within(third) < 0.8);
    assert_eq!(fewest(calls, |_| Ok(false)), Ok(None));
}

#[test]
fn what_must_hold_of_any_queue() {
    for servers in [1, 2, 7, 60] {
        for load in [0.3, 0.9, 1.4] {
            let line = line(load * f64::from(servers) * 0.2, 0.2);
            for theta in [0.001, 0.1, 5.0] {
                let desk = impatient(line, theta, servers).unwrap();
                let name = format!("{servers} {load} {theta}");
                // Who does not give up is served, at most all the time.
                assert!((0.0..=1.0).contains(&desk.occupancy), "{name}");
                let served = desk.served_within(1e6);
                assert!((served + desk.p_abandon - 1.0).abs() < 1e-9, "{name}: {served}");
                assert!((desk.waits_longer(0.0) - desk.p_wait).abs() < 1e-9, "{name}");
                assert!(desk.waits_longer(1e9) < 1e-9, "{name}");
                let mut before = f64::INFINITY;
                for n in servers..servers + 5 {
                    let now = impatient(line, theta, n).unwrap().p_abandon;
                    assert!(now < before, "{name}: more people, more who give up");
                    before = now;
                }
            }
            if load < 1.0 {
                // Without end to their patience it is Erlang C.
                let (a, c) = (impatient(line, 1e-9, servers), patient(line, servers).unwrap());
                assert!((a.unwrap().p_wait - c.p_wait).abs() < 1e-5, "{servers} {load}");
            }
        }
    }
}

#[test]
fn very_large_and_very_idle_desks_have_numbers() {
    let idle = impatient(line(1.0, 1.0), 0.5, 100_000).unwrap();
    assert_eq!((idle.p_wait, idle.p_abandon), (0.0, 0.0));
    assert!((idle.occupancy - 1e-5).abs() < 1e-12, "{}", idle.occupancy);
    let flooded = impatient(line(10_000.0, 1.0), 0.01, 5_000).unwrap();
    // Half of them cannot be served.
    assert!((flooded.p_abandon - 0.5).abs() < 1e-6, "{}", flooded.p_abandon);
}

#[test]
fn what_no_formula_is_for_is_refused() {
    assert_eq!(patient(line(10.0, 1.0), 10), Err(Impossible::Endless));
    assert_eq!(patient(line(1.0, 1.0), 0), Err(Impossible::NoServers));
    assert!(Line::new(0.0, 1.0).is_err() && Line::new(f64::NAN, 1.0).is_err());
    assert!(Line::new(1.0, f64::INFINITY).is_err());
    assert!(impatient(line(1.0, 1.0), 0.0, 1).is_err());
}
