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
