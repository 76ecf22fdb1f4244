//! Who answers a case, by chance that is logged; pure: seeds and facts are arguments.

mod assign;
pub use assign::{Decision, Facts, Ineligible, assign};

mod draw;
pub use draw::{Purpose, draw};
