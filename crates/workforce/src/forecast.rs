//! How many customers will come in each half-hour of the next week.

use std::fmt;

/// Half-hours of a week.
pub const WEEK: usize = 336;
/// Of a day.
const DAY: usize = 48;
/// Weeks to learn from at least, besides those on which a model is tried.
const LEARN_MIN: usize = 2;
/// Weeks on which the models are tried at most, the latest ones.
const TRIALS_MAX: usize = 3;
/// The normal quantile of 90 %.
const Z90: f64 = 1.281_551_565_544_6;

/// How the next week is foretold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// The usual week, times how busy it has been lately.
    ProfileTimesLevel,
    /// Holt-Winters, multiplicative, with a season of a week.
    HoltWinters,
}

impl fmt::Display for Model {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::ProfileTimesLevel => "profile x level",
            Self::HoltWinters => "holt-winters",
        })
    }
}

/// The next week.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The model that was nearest in the latest weeks.
    pub model: Model,
    /// Its error there: Σ|p50 − count| over Σ count.
    pub wape: f64,
    /// The seasonal naive forecast's error there: the same as a week ago.
    pub wape_naive: f64,
    /// Each half-hour's median and 90th percentile.
    pub halfhours: Vec<Halfhour>,
}

/// What is expected of a half-hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Halfhour {
    /// As likely to be more as less.
    pub p50: u32,
    /// Exceeded one time in ten.
    pub p90: u32,
}

/// Fewer weeks than a forecast needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLittle {
    /// Half-hours that were given.
    pub n: usize,
    /// Half-hours that are needed.
    pub needed: usize,
}

impl fmt::Display for TooLittle {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            to,
            "too little data: {} half-hours are {:.1} weeks, and {} are needed to learn from and to \
             try it on",
            self.n,
            self.n as f64 / WEEK as f64,
            self.needed / WEEK
        )
    }
}

impl std::error::Error for TooLittle {}

/// Foretells the week after these half-hours, which follow each other without a gap; the first is
/// half-hour `first` of a week that begins on Monday at midnight. The model is the one whose median was nearer in the latest weeks, each foretold from those before it.
///
/// # Errors
/// With less than three weeks, or weeks in which nobody came.
pub fn forecast(counts: &[u32], first: usize) -> Result<Forecast, TooLittle> {
    let n_weeks = counts.len() / WEEK;
    let too_little = TooLittle { n: counts.len(), needed: (LEARN_MIN + 1) * WEEK };
    if n_weeks < LEARN_MIN + 1 {
        return Err(too_little);
    }
    // Whole weeks up to the end, wherever in the week that is.
    let n_left_out = counts.len() % WEEK;
    let monday = (2 * WEEK - (first + n_left_out) % WEEK) % WEEK;
    let counts: Vec<f64> = counts[n_left_out..].iter().map(|n| f64::from(*n)).collect();
    let n_trials = (n_weeks - LEARN_MIN).min(TRIALS_MAX);
    let trials = (n_weeks - n_trials)..n_weeks;
    let tried = [Model::ProfileTimesLevel, Model::HoltWinters].map(|model| {
        let mut trial = Trial::default();
        for week in trials.clone() {
            let means = model.means(&counts[..week * WEEK], monday);
            trial.add(&means, &counts[week * WEEK..(week + 1) * WEEK]);
        }
        (model, trial)
    });
    let [first, second] = &tried;
    let (model, trial) = if second.1.error < first.1.error { second } else { first };
    if trial.all <= 0.0 {
        return Err(too_little);
    }
    let naive: f64 = trials
        .flat_map(|week| week * WEEK..(week + 1) * WEEK)
        .map(|at| (counts[at - WEEK] - counts[at]).abs())
        .sum();
    let spread = trial.spread();
    let halfhours = model.means(&counts, monday).into_iter().map(|mean| {
        let p50 = median(mean);
        // Counts that vary more than by chance alone: their variance is so many times the mean.
        let p90 = (mean + Z90 * (spread * mean).sqrt() - 0.5).ceil().max(0.0) as u32;
        Halfhour { p50, p90: p90.max(p50) }
    });
    Ok(Forecast {
        model: *model,
        wape: trial.error / trial.all,
        wape_naive: naive / trial.all,
        halfhours: halfhours.collect(),
    })
}

/// How near a model was.
#[derive(Debug, Clone, Copy, Default)]
struct Trial {
    error: f64,
    all: f64,
    squares: f64,
    means: f64,
}

impl Trial {
    fn add(&mut self, means: &[f64], counts: &[f64]) {
        for (mean, count) in means.iter().zip(counts) {
            self.error += (f64::from(median(*mean)) - count).abs();
            self.all += count;
            self.squares += (count - mean) * (count - mean);
            self.means += mean;
        }
    }

    /// Variance over mean: 1 where customers come by chance alone.
    fn spread(&self) -> f64 {
        (self.squares / self.means.max(1e-9)).max(1.0)
    }
}

impl Model {
    /// The mean of each half-hour after whole weeks; `monday` is the place of Monday's midnight.
    fn means(self, counts: &[f64], monday: usize) -> Vec<f64> {
        match self {
            Self::ProfileTimesLevel => profile_times_level(counts, monday),
            Self::HoltWinters => holt_winters(counts),
        }
    }
}

/// Neighbours smooth the profile.
const KERNEL: [f64; 3] = [0.25, 0.5, 0.25];
/// How far a day takes the shape of all weekdays, or of the weekend.
const SHARED: f64 = 0.8;
/// How far the level follows the last week.
const LEVEL: f64 = 0.4;

fn profile_times_level(counts: &[f64], monday: usize) -> Vec<f64> {
    let weeks: Vec<&[f64]> = counts.chunks_exact(WEEK).collect();
    let levels: Vec<f64> =
        weeks.iter().map(|week| week.iter().sum::<f64>() / WEEK as f64).collect();
    let all: f64 = levels.iter().sum();
    let share = |place: usize| weeks.iter().map(|week| week[place]).sum::<f64>() / all.max(1e-9);
    let rough: Vec<f64> = (0..WEEK).map(share).collect();
    let smooth: Vec<f64> = (0..WEEK)
        .map(|place| {
            let near = |step: usize| rough[(place + step + WEEK - 1) % WEEK];
            KERNEL.iter().enumerate().map(|(step, weight)| weight * near(step)).sum()
        })
        .collect();
    let level = levels.iter().copied().reduce(|level, now| LEVEL * now + (1.0 - LEVEL) * level);
    let level = level.unwrap_or(0.0);
    let mut week = smooth;
    week.rotate_left(monday);
    let mut week = share_shapes(&week);
    week.rotate_right(monday);
    week.into_iter().map(|share| share * level).collect()
}

/// Weekdays are like each other but for how busy they are, and so are the days of a weekend. The
/// week begins on Monday.
fn share_shapes(profile: &[f64]) -> Vec<f64> {
    let days: Vec<&[f64]> = profile.chunks_exact(DAY).collect();
    let total = |day: usize| days[day].iter().sum::<f64>();
    let shape = |of: &[usize]| -> Vec<f64> {
        let all: f64 = of.iter().map(|day| total(*day)).sum();
        let sum = |time: usize| of.iter().map(|day| days[*day][time]).sum::<f64>();
        (0..DAY).map(|time| sum(time) / all.max(1e-9)).collect()
    };
    let (weekdays, weekend) = (shape(&[0, 1, 2, 3, 4]), shape(&[5, 6]));
    let mut shared = Vec::with_capacity(WEEK);
    for (day, own) in days.iter().enumerate() {
        let common = if day < 5 { &weekdays } else { &weekend };
        let all = total(day);
        shared.extend(
            own.iter()
                .zip(common)
                .map(|(own, common)| (1.0 - SHARED) * own + SHARED * all * common),
        );
    }
    shared
}

/// How far level and season follow a count.
const ALPHA: f64 = 0.01;
const GAMMA: f64 = 0.2;
/// A half-hour in which nobody ever came may still see somebody.
const SEASON_MIN: f64 = 0.02;

/// Without a trend: over a week it says little, and over few weeks it misleads.
fn holt_winters(counts: &[f64]) -> Vec<f64> {
    let (first, rest) = counts.split_at(WEEK);
    let mut level = (first.iter().sum::<f64>() / WEEK as f64).max(1e-6);
    let mut season: Vec<f64> = first.iter().map(|count| (count / level).max(SEASON_MIN)).collect();
    for (place, count) in rest.iter().enumerate() {
        let season = &mut season[place % WEEK];
        level = (ALPHA * count / *season + (1.0 - ALPHA) * level).max(1e-6);
        *season = (GAMMA * count / level + (1.0 - GAMMA) * *season).max(SEASON_MIN);
    }
    season.into_iter().map(|season| season * level).collect()
}

/// The median of a Poisson count of this mean.
fn median(mean: f64) -> u32 {
    if mean > 100.0 {
        return (mean - 1.0 / 3.0).round() as u32;
    }
    let (mut n, mut weight) = (0, libm::exp(-mean));
    let mut below = weight;
    while below < 0.5 {
        n += 1;
        weight *= mean / f64::from(n);
        below += weight;
    }
    n
}
