//! How many customers will come, how many people they need, and who works when; pure.

mod line;
pub use line::{Impossible, Line};

mod blocked;
pub use blocked::{Blocked, blocked};

mod patient;
pub use patient::{Patient, patient};

mod impatient;
pub use impatient::{Impatient, impatient};

mod staffing;
pub use staffing::{SERVERS_MAX, fewest, positions, square_root_staffing, wait_limit};

mod forecast;
pub use forecast::{Forecast, Halfhour, Model, TooLittle, WEEK, forecast};

mod roster;
pub use roster::{Person, Rules, Shift, Unplannable, Week};

mod span;
pub use span::{HALF_HOUR_MS, HOUR_MS, Span, Zone};

mod labour;
pub use labour::{LABOUR, Labour, Refusal, Rule, refusals};

mod pay;
pub use pay::{AWAY_MS_MAX, CALL_OUT_MS, NOTICE_MS, amount, paid_minutes, worked_ms};

mod market;
pub use market::{FIRST_MS, Opening, PLANNED_MS, opening};

mod gaps;
pub use gaps::{Placed, cover_gaps, people_needed};
