//! What the assistant may say, and when a person comes first.

mod attacks;
mod calls;
mod cases;
mod corrections;
mod people;
mod procedures;
mod proposal;
mod says;
