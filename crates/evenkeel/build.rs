//! Lists the demo shop's files, so that the program holds them and works without the checkout.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

fn main() {
    let variable = |name| env::var_os(name).expect("cargo sets this for build scripts");
    let demo = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("../../demo");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", demo.display());
    let mut code = listed("ARTICLES", &demo.join("articles"), "md");
    code.push_str(&listed("PROCEDURES", &demo.join("procedures"), "toml"));
    let texts = [
        ("TOOLS", "tools.toml"),
        ("TOPICS", "topics.toml"),
        ("PEOPLE", "people.toml"),
        ("QUESTIONS", "questions/development.toml"),
    ];
    for (name, file) in texts {
        let path = demo.join(file).canonicalize().expect("the checkout has demo/");
        let path = path.display().to_string();
        writeln!(code, "pub(crate) const {name}: &str = include_str!({path:?});")
            .expect("a string takes everything");
    }
    let out = PathBuf::from(variable("OUT_DIR")).join("shop_files.rs");
    fs::write(out, code).expect("cargo's folder can be written");
}

/// A list of a folder's files: each one's name without its ending, and its text.
fn listed(name: &str, folder: &Path, ending: &str) -> String {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the checkout has demo/")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .collect();
    files.sort();
    let mut code = format!("pub(crate) const {name}: &[(&str, &str)] = &[\n");
    for path in files {
        let path = path.canonicalize().expect("the file is there");
        let stem = path.file_stem().expect("the file has a name").to_string_lossy();
        writeln!(code, "    ({stem:?}, include_str!({:?})),", path.display().to_string())
            .expect("a string takes everything");
    }
    code.push_str("];\n");
    code
}
