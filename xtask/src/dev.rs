//! A desk to work on: the demo from a development build, with Vite in front of it.

use std::{
    process::{Child, Command},
    time::Duration,
};

use crate::run::{Failure, npm, root, run, step};

/// How often it looks whether one of the two has ended.
const LOOK: Duration = Duration::from_millis(300);

/// Runs until either ends or Ctrl-C, which reaches both.
pub(crate) fn serve(rest: &[String]) -> Result<(), Failure> {
    step("widget: build");
    npm("widget", &["run", "--silent", "build"])?;
    step("binary");
    run("cargo", &["build", "--package", "evenkeel"])?;
    step("desk on port 8420, and Vite, which shows changes of web/ at once");
    let mut desk = Command::new("cargo");
    desk.args(["run", "--quiet", "--package", "evenkeel", "--", "demo", "--no-open"]).args(rest);
    desk.current_dir(root());
    let mut vite = Command::new("npm");
    vite.args(["run", "--silent", "dev"]).current_dir(root().join("web"));
    let mut both = [Kept::start(&mut desk)?, Kept::start(&mut vite)?];
    loop {
        for child in &mut both {
            let ended = child.0.try_wait().map_err(|error| Failure(error.to_string()))?;
            if let Some(status) = ended {
                return if status.success() {
                    Ok(())
                } else {
                    Err(Failure(format!("one of the two ended ({status})")))
                };
            }
        }
        std::thread::sleep(LOOK);
    }
}

/// A child that does not outlive the task.
struct Kept(Child);

impl Kept {
    fn start(command: &mut Command) -> Result<Self, Failure> {
        let child = command.spawn();
        child.map(Self).map_err(|error| Failure(format!("cannot run {command:?}: {error}")))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to stop.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
