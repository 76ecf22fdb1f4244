//! Power that fails: of what was written and not synced, a disk keeps what it likes.

use std::{collections::BTreeMap, path::Path, time::Duration};

use sim::Chance;
use tempfile::TempDir;

use crate::{
    Run,
    checks::{check, client_ids, faults_of_file},
    customers::{Acknowledged, Customers, Manners},
    desk::{Desk, Place, addresses, program},
    disk,
};

const N_CUSTOMERS: usize = 6;
/// Nothing was written for so long.
const QUIET: Duration = Duration::from_millis(300);
const PAUSE: Duration = Duration::from_millis(10);
/// Enough for the file to be written back from its log several times.
const N_TOLD_IN_SUITE: u64 = 500;
/// A disk writes at least so much at once, or not at all.
const SECTOR: usize = 512;

/// What the power's going leaves behind, for so many moments of one run under load.
#[tokio::test(flavor = "multi_thread")]
async fn messages_outlive_power_cuts() {
    let run = Run::new("messages_outlive_power_cuts", "EVENKEEL_CUTS", 20);
    let recorded = Recorded::under_load(&run).await;
    let mut chance = run.chance();
    let cuts = recorded.cuts(run.n as usize, &mut chance);
    let mut disk = Disk::new(&recorded, Syncs::Honoured);
    let mut n_unsynced = 0;
    for (nth, cut) in cuts.iter().enumerate() {
        disk.go_on_until(*cut);
        n_unsynced += disk.n_unsynced();
        let left = disk.left(&mut chance);
        let faults = left.faults(&recorded.acknowledged_before(*cut));
        assert!(faults.is_empty(), "cut {} at byte {cut} of the log: {faults:#?}", nth + 1);
        if nth + 1 == cuts.len() {
            left.goes_on().await;
        }
    }
    println!(
        "{} cuts in a run of {} messages, {} calls that wrote and {} that synced; {n_unsynced} \
         writes were not synced when the power went: no acknowledged message is lost",
        cuts.len(),
        recorded.acknowledged.len(),
        recorded.count(b'w'),
        recorded.count(b'e'),
    );

    // The same with a desk that never synced: this test can fail.
    let mut disk = Disk::new(&recorded, Syncs::Ignored);
    let cuts: Vec<u64> = cuts.iter().step_by(cuts.len().div_ceil(10)).copied().collect();
    let lossy = cuts.iter().filter(|cut| {
        disk.go_on_until(**cut);
        !disk.left(&mut chance).faults(&recorded.acknowledged_before(**cut)).is_empty()
    });
    let n_lossy = lossy.count();
    println!("without any sync, {n_lossy} of {} cuts lose or spoil something", cuts.len());
    assert!(n_lossy * 2 > cuts.len(), "the recorder does not see what matters");
}

/// A run of a desk, as its disk saw it.
struct Recorded {
    /// The files before it.
    before: BTreeMap<String, Vec<u8>>,
    events: Vec<Event>,
    acknowledged: Vec<Acknowledged>,
}

struct Event {
    kind: u8,
    file: String,
    offset: usize,
    data: Vec<u8>,
    /// The length of the log with it.
    end: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Syncs {
    Honoured,
    Ignored,
}

impl Recorded {
    async fn under_load(run: &Run) -> Self {
        let place = Place::file();
        Desk::start(&place).await.kill();
        let before = files(&place.folder());
        let tools = tempfile::tempdir().unwrap();
        let log = tools.path().join("log");
        let (library, folder, told) = (disk::library(tools.path()), place.folder(), log.clone());
        let recorded = move || {
            let mut recorded = program();
            recorded.env("LD_PRELOAD", &library);
            recorded.env("FAULTS_FOLDER", &folder).env("FAULTS_LOG", &told);
            recorded
        };
        let mut desk = Desk::start_by(recorded, &place, None).await;
        let mut chance = run.chance();
        let all = [&desk];
        let clock = Some(log.clone());
        let manners = Manners {
            name: "customer",
            desks: addresses(&all),
            may_refuse: &[],
            pause: PAUSE,
            clock,
        };
        let customers = Customers::come(N_CUSTOMERS, &mut chance, manners);
        let n_told = N_TOLD_IN_SUITE.max(run.n * 20) as usize;
        while customers.n_acknowledged() < n_told {
            tokio::time::sleep(PAUSE).await;
        }
        let told = customers.leave().await;
        // A kill between a write and its record would tell of neither: the desk is idle by then.
        let length = || std::fs::metadata(&log).unwrap().len();
        let mut before_pause = 0;
        while before_pause != length() {
            before_pause = length();
            tokio::time::sleep(QUIET).await;
        }
        desk.kill();
        let events = read_log(&std::fs::read(&log).unwrap());
        let recorded = Self { before, events, acknowledged: told.acknowledged };
        recorded.is_complete(&files(&place.folder()));
        recorded
    }

    /// The log tells all that happened to the files: played back, it gives the files.
    fn is_complete(&self, after: &BTreeMap<String, Vec<u8>>) {
        let mut played = Disk::new(self, Syncs::Honoured);
        played.go_on_until(u64::MAX);
        for (name, file) in &mut played.files {
            file.keep_all();
            let is_same = after.get(name) == Some(&file.synced);
            assert!(is_same, "{name} was changed in a way that the recorder does not see");
        }
    }

    fn count(&self, kind: u8) -> usize {
        self.events.iter().filter(|event| event.kind == kind).count()
    }

    /// Moments in order, as lengths of the log.
    fn cuts(&self, n: usize, chance: &mut Chance) -> Vec<u64> {
        let mut cuts: Vec<u64> =
            (0..n).map(|_| self.events[chance.below(self.events.len())].end).collect();
        cuts.sort_unstable();
        cuts
    }

    fn acknowledged_before(&self, cut: u64) -> Vec<String> {
        let before = self.acknowledged.iter().filter(|told| told.at <= cut);
        before.map(|told| told.client_id.clone()).collect()
    }
}

/// Files and what is on its way to them.
struct Disk<'a> {
    files: BTreeMap<String, OnDisk<'a>>,
    syncs: Syncs,
    to_come: std::slice::Iter<'a, Event>,
}

#[derive(Default)]
struct OnDisk<'a> {
    synced: Vec<u8>,
    unsynced: Vec<&'a Event>,
    /// So many of them will be safe when the sync that has begun ends.
    n_begun: usize,
}

impl<'a> Disk<'a> {
    fn new(recorded: &'a Recorded, syncs: Syncs) -> Self {
        let on_disk = |bytes: &Vec<u8>| OnDisk { synced: bytes.clone(), ..OnDisk::default() };
        let before = recorded.before.iter();
        let files = before.map(|(name, bytes)| (name.clone(), on_disk(bytes))).collect();
        Self { files, syncs, to_come: recorded.events.iter() }
    }

    fn go_on_until(&mut self, cut: u64) {
        while let Some(event) = self.to_come.as_slice().first().filter(|event| event.end <= cut) {
            self.to_come.next();
            self.take(event);
        }
    }

    fn take(&mut self, event: &'a Event) {
        let file = self.files.entry(event.file.clone()).or_default();
        match event.kind {
            b'w' | b't' => file.unsynced.push(event),
            b'b' => file.n_begun = file.unsynced.len(),
            b'e' if self.syncs == Syncs::Honoured => {
                for event in file.unsynced.drain(..file.n_begun) {
                    apply(&mut file.synced, event);
                }
                file.n_begun = 0;
            }
            b'e' => {}
            _ => panic!("{} was removed or renamed, which this model does not know", event.file),
        }
    }

    fn n_unsynced(&self) -> usize {
        self.files.values().map(|file| file.unsynced.len()).sum()
    }

    /// What the files hold when the power is back: all that was synced, and of the rest, in any
    /// order, some whole and some in part.
    fn left(&self, chance: &mut Chance) -> Left {
        let folder = tempfile::tempdir().unwrap();
        for (name, file) in &self.files {
            let mut bytes = file.synced.clone();
            let (whole, torn) = (chance.share(), chance.share());
            for event in &file.unsynced {
                if chance.share() < whole {
                    apply(&mut bytes, event);
                } else if chance.share() < torn {
                    apply_in_part(&mut bytes, event, chance);
                }
            }
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        Left { folder }
    }
}

impl OnDisk<'_> {
    fn keep_all(&mut self) {
        for event in self.unsynced.drain(..) {
            apply(&mut self.synced, event);
        }
    }
}

fn apply(file: &mut Vec<u8>, event: &Event) {
    if event.kind == b't' {
        return file.resize(event.offset, 0);
    }
    put(file, event.offset, &event.data);
}

/// Some sectors of a write.
fn apply_in_part(file: &mut Vec<u8>, event: &Event, chance: &mut Chance) {
    if event.kind == b't' {
        return;
    }
    let (mut offset, mut data) = (event.offset, &event.data[..]);
    while !data.is_empty() {
        let (sector, rest) = data.split_at((SECTOR - offset % SECTOR).min(data.len()));
        if chance.share() < 0.5 {
            put(file, offset, sector);
        }
        offset += sector.len();
        data = rest;
    }
}

fn put(file: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(data);
}

/// A folder after the power came back.
struct Left {
    folder: TempDir,
}

impl Left {
    /// What is wrong with it, once SQLite has read its log.
    fn faults(&self, acknowledged: &[String]) -> Vec<String> {
        let file = self.folder.path().join("desk.sqlite");
        faults_of_file(&file, acknowledged)
    }

    /// A desk opens it and does what was left to do.
    async fn goes_on(self) {
        let place = Place::File(std::sync::Arc::new(self.folder));
        let _desk = Desk::start(&place).await;
        place.settle().await;
        check(&place, &client_ids(&place));
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let read = |entry: std::fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
    };
    // What processes share in memory is made anew.
    entries.map(read).filter(|(name, _)| !name.ends_with("-shm")).collect()
}

fn read_log(log: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut at = 0;
    // The last record of a killed desk may be cut off; then its call had not returned.
    while log.len() - at >= 16 {
        let head = &log[at..at + 16];
        let n_name = usize::from(head[1]);
        let n_data = u32::from_ne_bytes(head[4..8].try_into().unwrap()) as usize;
        let end = at + 16 + n_name + n_data;
        if log.len() < end {
            break;
        }
        events.push(Event {
            kind: head[0],
            file: String::from_utf8(log[at + 16..at + 16 + n_name].to_vec()).unwrap(),
            offset: u64::from_ne_bytes(head[8..16].try_into().unwrap()) as usize,
            data: log[at + 16 + n_name..end].to_vec(),
            end: end as u64,
        });
        at = end;
    }
    events
}
