//! Whether the disk under a desk has room.

use std::path::Path;

use store::Check;

/// A disk needs this much, and this share of itself.
const FREE_BYTES_MIN: u64 = 500_000_000;
const FREE_PERCENT_MIN: u64 = 5;

/// What is left on a disk, and how large it is.
#[derive(Debug, Clone, Copy)]
struct Room {
    n_free: u64,
    n_all: u64,
}

/// Looks at the disk on which a desk's file is, where the system tells.
pub(crate) fn check(file: &Path) -> Option<Check> {
    let log = file.with_extension("sqlite-wal");
    let n_log = std::fs::metadata(log).map(|log| log.len()).unwrap_or_default();
    let (is_ok, detail) = match room(file)? {
        Ok(room) => judge(room, n_log),
        Err(error) => (false, error.to_string()),
    };
    Some(Check { name: "disk", is_ok, detail })
}

/// The log is written into the file before it is emptied, so both need room at once.
fn judge(room: Room, n_log: u64) -> (bool, String) {
    let percent = (room.n_free * 100).checked_div(room.n_all).unwrap_or_default();
    let is_ok = room.n_free >= FREE_BYTES_MIN.max(2 * n_log) && percent >= FREE_PERCENT_MIN;
    let mb = |n_bytes: u64| n_bytes / 1_000_000;
    let free = format!("{} MB free, {percent} % of the disk", mb(room.n_free));
    if is_ok {
        return (true, free);
    }
    let least = format!(
        "{FREE_PERCENT_MIN} %, {} MB and twice the log of {} MB",
        mb(FREE_BYTES_MIN),
        mb(n_log)
    );
    (false, format!("{free}; at least {least} are needed"))
}

#[cfg(unix)]
fn room(file: &Path) -> Option<std::io::Result<Room>> {
    Some(rustix::fs::statvfs(file).map_err(std::io::Error::from).map(|disk| Room {
        // What the system keeps for itself is not free for a desk.
        n_free: disk.f_bavail.saturating_mul(disk.f_frsize),
        n_all: disk.f_blocks.saturating_mul(disk.f_frsize),
    }))
}

#[cfg(not(unix))]
fn room(_: &Path) -> Option<std::io::Result<Room>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_room_is_told() {
        let gb = 1_000_000_000;
        for (n_free, n_all, n_log, expected) in [
            (50 * gb, 100 * gb, 0, true),
            (5 * gb, 100 * gb, gb, true),
            (4 * gb, 100 * gb, 0, false),
            (gb / 2, gb, 0, true),
            (gb / 2 - 1, gb, 0, false),
            (5 * gb, 100 * gb, 3 * gb, false),
            (0, 0, 0, false),
        ] {
            let (is_ok, detail) = judge(Room { n_free, n_all }, n_log);
            assert_eq!(is_ok, expected, "{detail}");
        }
    }
}
