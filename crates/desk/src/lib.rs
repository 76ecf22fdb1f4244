//! The vocabulary of the desk and its transitions; pure: no clock, no chance, no I/O.
