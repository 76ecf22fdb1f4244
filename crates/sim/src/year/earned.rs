//! The ladder at work: the assistant's share is earned on evidence, topic by topic.

use balance::{Change, Ladder, Matured, Rules, Span};
use desk::{Arm, Level};

use super::{
    Tally, World, WorldTopic,
    draws::{happens, poisson},
    tally::{Day, is_false},
};
use crate::Chance;

pub(super) fn year(world: &World, seed: u64) -> (Tally, Vec<Change>) {
    let volumes: Vec<f64> = world.topics.iter().map(|topic| topic.cases_per_day).collect();
    let rules = Rules {
        has_drafts: false,
        has_reviews: false,
        margin: world.margin,
        holdout: world.holdout,
        ..Rules::default()
    };
    let mut ladder = Ladder::new(rules);
    for cases_a_day in &volumes {
        ladder.add(Level::Shadow, *cases_a_day, volumes.len());
    }
    let mut year = Year {
        world,
        ladder,
        chance: Chance::new(seed),
        tally: Tally::default(),
        days: Vec::new(),
        changes: Vec::new(),
    };
    for day in 0..world.days {
        year.mature(day);
        let mut brought = Vec::with_capacity(world.topics.len());
        for (place, topic) in world.topics.iter().enumerate() {
            brought.push(year.a_day(place, topic, day));
        }
        year.days.push(brought);
        let changes = year.ladder.end_day(i64::from(day), volumes.len()).expect(SOUND);
        changes.into_iter().for_each(|change| year.count(change));
    }
    (year.tally, year.changes)
}

/// Draws are at shares that a ladder gives, and outcomes are yes or no.
const SOUND: &str = "what is simulated is in range";

struct Year<'a> {
    world: &'a World,
    ladder: Ladder,
    chance: Chance,
    tally: Tally,
    /// Each day's cases of each topic, until they mature.
    days: Vec<Vec<Vec<Matured>>>,
    changes: Vec<Change>,
}

impl Year<'_> {
    /// What was answered a week ago is known now.
    fn mature(&mut self, day: u32) {
        let Some(answered) = day.checked_sub(self.world.maturity_days) else { return };
        let topics = std::mem::take(&mut self.days[answered as usize]);
        for (place, cases) in topics.into_iter().enumerate() {
            for case in cases {
                let change = self.ladder.take_case(place, i64::from(day), case).expect(SOUND);
                change.into_iter().for_each(|change| self.count(change));
            }
        }
    }

    fn a_day(&mut self, place: usize, topic: &WorldTopic, day: u32) -> Vec<Matured> {
        let mut counted = Day::default();
        let n = poisson(topic.cases_per_day, &mut self.chance);
        let mut cases = Vec::with_capacity(n as usize);
        for _ in 0..n {
            let track = self.ladder.track(place);
            let (share, epoch) = (track.share(), track.epoch());
            let level = track.level();
            let review_share = match level {
                Level::Off => 0.0,
                Level::Shadow => match track.shadow_review_share(i64::from(day)) {
                    0.0 => 0.0,
                    share => share.max(self.world.review_share.shadow),
                },
                Level::Draft | Level::Supervised | Level::Autonomous => {
                    self.world.review_share.live
                }
            };
            let is_ai = happens(share, &mut self.chance);
            let (arm, good) = if is_ai {
                counted.n_ai += 1.0;
                (Arm::Ai, topic.ai_good_on(day))
            } else {
                counted.n_human += 1.0;
                (Arm::Human, topic.people_good)
            };
            let is_good = happens(good, &mut self.chance);
            counted.bad += f64::from(u8::from(!is_good));
            let shows = !is_good && happens(self.world.fast_signal_sensitivity, &mut self.chance);
            let sign = self
                .ladder
                .take_sign(place, i64::from(day), Span::Day, epoch, arm, shows)
                .expect(SOUND);
            sign.into_iter().for_each(|change| self.count(change));
            if happens(review_share, &mut self.chance) {
                counted.reviews += 1.0;
                if level == Level::Shadow {
                    let looks_good = happens(topic.shadow_good_on(day), &mut self.chance);
                    self.ladder
                        .take_shadow_review(place, f64::from(u8::from(looks_good)))
                        .expect(SOUND);
                }
            }
            cases.push(Matured {
                epoch,
                arm,
                propensity: share,
                is_eligible: true,
                is_good,
                is_alone: is_ai,
                shown: None,
                review: None,
            });
        }
        self.tally.add(self.world, &counted);
        cases
    }

    fn count(&mut self, change: Change) {
        if change.moved.to == Level::Autonomous && change.moved.from != Level::Autonomous {
            let day = u32::try_from(change.day).unwrap_or(0);
            let is_false = is_false(self.world, &self.world.topics[change.topic], day);
            self.tally.promotions += 1.0;
            self.tally.false_promotions += f64::from(u8::from(is_false));
        }
        self.tally.demotions += f64::from(u8::from(change.moved.to < change.moved.from));
        self.changes.push(change);
    }
}
