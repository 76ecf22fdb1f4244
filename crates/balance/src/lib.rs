//! Who answers a case, by chance that is logged, and what the evidence says of it; pure: seeds, facts
//! and outcomes are arguments.

mod assign;
pub use assign::{Decision, Facts, Ineligible, assign};

mod draw;
pub use draw::{Purpose, draw};

mod refused;
pub use refused::Refused;

mod range;
pub use range::Range;

mod outcome;
pub use outcome::Outcome;

mod mean;
pub use mean::{Mean, PRIOR, PRIOR_WEIGHT};

mod difference;
pub use difference::{Arms, Difference};

mod evidence;
pub use evidence::{Capital, Comparison, RateTest, Step};

mod discoveries;
pub use discoveries::{Discoveries, discover};

mod detector;
pub use detector::Detector;

mod mismatch;
pub use mismatch::{Mismatch, ratio_mismatch};

mod sequence;
pub use sequence::{TUNING, half_width};

mod gate;
pub use gate::{Tried, gate};

mod limit;
pub use limit::upper_limit;

mod share;
pub use share::{
    HOLDOUT_MIN, capped_share, cases_to_proof, holdout_for_width, shadow_review_share,
};

mod satisfaction;
pub use satisfaction::{Satisfaction, satisfaction};

mod cost;
pub use cost::{Cost, cost_per_good};

mod rules;
pub use rules::Rules;

mod signs;
pub use signs::Span;

mod track;
pub use track::{Look, Move, Setting, Track};

mod ladder;
pub use ladder::{Change, Ladder, Matured, Reviewed};

mod ledger;
pub use ledger::{Assigned, Drawn, Fact, Happening, Head, LevelDecision, Numbers, Row, VERSION};

mod impact;
pub use impact::{ArmOutcome, Band, Impact};

mod fold;
pub use fold::{Brake, Disagreement, Ended, Fold, FoldFault, Told};
