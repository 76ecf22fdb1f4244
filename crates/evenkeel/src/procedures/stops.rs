//! Where a run is made to stop: the process ends before, in the middle of, or after a write.

/// Ends the process at one of its writes, for good and without a word.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stops {
    /// How many points are left to pass; none never stops.
    left: Option<u64>,
    tears_now: bool,
    duplicates: bool,
}

impl Stops {
    /// Stops at the `point`th point from now, counted from 1: each write has three.
    pub(crate) fn at(point: u64) -> Self {
        Self { left: Some(point), ..Self::default() }
    }

    /// Never stops, but sends each request twice.
    pub(crate) fn sending_twice() -> Self {
        Self { duplicates: true, ..Self::default() }
    }

    pub(crate) fn sends_twice(self) -> bool {
        self.duplicates
    }

    /// Passes the points before and within a write.
    pub(crate) fn before(&mut self) {
        self.pass();
        if let Some(left) = &mut self.left {
            *left -= 1;
            self.tears_now = *left == 0;
        }
    }

    /// Whether the write that comes is to be torn.
    pub(crate) fn tears(self) -> bool {
        self.tears_now
    }

    /// Passes the point after a write.
    pub(crate) fn after(&mut self) {
        self.pass();
    }

    fn pass(&mut self) {
        if let Some(left) = &mut self.left {
            *left -= 1;
            if *left == 0 {
                std::process::abort();
            }
        }
    }
}
