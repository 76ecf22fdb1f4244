//! How many customers will come, and how many people they need; pure: counts and rates in.

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
