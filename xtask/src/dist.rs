//! The package: one static program for any Linux on x86-64, with what makes it a service.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    packages,
    run::{Failure, npm, root, run, run_with, step},
};

const TARGET: &str = "x86_64-unknown-linux-musl";
/// Beside the program.
const FILES: [&str; 8] = [
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "docs/install.md",
    "packaging/evenkeel.service",
    "packaging/Containerfile",
    "packaging/Caddyfile",
    "packaging/nginx.conf",
];
const START_MAX: Duration = Duration::from_secs(60);

/// Builds it, looks whether it is static, starts it in an empty folder tree, and packs it.
pub(crate) fn pack() -> Result<(), Failure> {
    for folder in ["widget", "web"] {
        step(&format!("{folder}: build"));
        npm(folder, &["ci", "--no-fund", "--no-audit"])?;
        npm(folder, &["run", "--silent", "build"])?;
    }
    step("program");
    packages::musl()?;
    run("rustup", &["target", "add", TARGET])?;
    // SQLite and the encryption are C.
    let compiler = [("CC_x86_64_unknown_linux_musl", "musl-gcc")];
    let build = ["build", "--release", "--package", "evenkeel", "--target", TARGET];
    run_with("cargo", &build, &compiler)?;
    let failed = |error: std::io::Error| Failure(error.to_string());
    let program = root().join("target").join(TARGET).join("release/evenkeel");
    let bytes = fs::read(&program).map_err(failed)?;
    if wants_interpreter(&bytes) {
        return Err(Failure("the program is not static: it wants a loader".to_owned()));
    }
    let name = format!("evenkeel-{}", env!("CARGO_PKG_VERSION"));
    let dist = root().join("target/dist");
    let folder = dist.join(&name);
    let _ = fs::remove_dir_all(&dist);
    fs::create_dir_all(&folder).map_err(failed)?;
    fs::copy(&program, folder.join("evenkeel")).map_err(failed)?;
    for file in FILES {
        let to = folder.join(Path::new(file).file_name().expect("it names a file"));
        fs::copy(root().join(file), to).map_err(failed)?;
    }
    step("a start in an empty folder tree");
    start_alone(&folder.join("evenkeel"))?;
    step("package");
    let package = format!("{name}-x86_64-linux.tar.gz");
    let packed = dist.join(&package);
    let (packed, dist) = (packed.display().to_string(), dist.display().to_string());
    // The same files give the same package, whoever packs them and when.
    let same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=2026-01-01"];
    let all =
        [&["--create", "--gzip", "--file", &packed, "--directory", &dist], &same[..], &[&name]];
    run("tar", &all.concat())?;
    run("sh", &["-c", &format!("cd '{dist}' && sha256sum '{package}' | tee '{package}.sha256'")])?;
    println!("\n{} bytes of program, packed in {packed}", bytes.len());
    Ok(())
}

/// Whether an ELF file names a loader of shared libraries (a program header of type 3).
fn wants_interpreter(elf: &[u8]) -> bool {
    let half = |at: usize| usize::from(u16::from_le_bytes([elf[at], elf[at + 1]]));
    let start = elf[0x20..0x28].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let (size, n) = (half(0x36), half(0x38));
    (0..n).any(|nth| elf[start + nth * size] == 3)
}

/// It starts where there is nothing but itself: as root in a tree of its own, else in an empty folder.
fn start_alone(program: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure(error.to_string());
    let tree = std::env::temp_dir().join(format!("evenkeel-alone-{}", std::process::id()));
    fs::create_dir_all(tree.join("tmp")).map_err(failed)?;
    fs::copy(program, tree.join("evenkeel")).map_err(failed)?;
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|one| one.local_addr()).map_err(failed)?.port();
    let mut command = if xtask::is_root() {
        let mut command = Command::new("/usr/sbin/chroot");
        command.arg(&tree).args(["/evenkeel", "serve", "--data", "/data"]);
        command
    } else {
        let mut command = Command::new(tree.join("evenkeel"));
        command.arg("serve").arg("--data").arg(tree.join("data"));
        command
    };
    command.args(["--no-open", "--port", &port.to_string()]).env_clear();
    let mut child = command.stdout(Stdio::null()).spawn().map_err(failed)?;
    let outcome = is_ready(&mut child, port);
    let _ = child.kill();
    let _ = child.wait();
    let _ = fs::remove_dir_all(&tree);
    outcome
}

fn is_ready(child: &mut Child, port: u16) -> Result<(), Failure> {
    let began = Instant::now();
    while began.elapsed() < START_MAX {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(Failure(format!("the program ended: {status}")));
        }
        if answers(port) {
            println!("it serves a desk after {:.2} s", began.elapsed().as_secs_f64());
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err(Failure("the program does not answer".to_owned()))
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let request = "GET /readyz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n";
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}
