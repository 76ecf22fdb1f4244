//! Times masking over the lines of a file, and over hostile texts: `measure [FILE]`.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use privacy::{Kind, Masked, Placeholders, RawText, find, redact};

fn main() {
    if let Some(path) = std::env::args().nth(1) {
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        lines(&text);
    }
    for piece in [
        "4",
        "4 ",
        "4111 1111 1111 1111 ",
        "41x1",
        "4111 a ",
        "4242424242424242 order ",
        "[",
        "@",
        "a@a.",
        "1Z",
        "DE89",
        "[card ••••]",
        "[EMAIL_",
        "%34",
        "&#52;",
        "<",
        "cvv ",
        "123 cvv ",
        "\u{200b}4",
        "٤",
        "code is ",
        "password",
        "+1",
        "(",
        "((4",
        "411111111111111",
        "4539578763621486-",
        "order 4539578763621486 ",
        "AB1",
        "eyJ",
        "bearer ",
        " ",
    ] {
        hostile(piece);
    }
}

fn lines(text: &str) {
    let lines: Vec<&str> = text.lines().collect();
    let started = Instant::now();
    let mut n_masked = 0;
    for line in &lines {
        n_masked += usize::from(RawText::from(*line).mask().as_str() != *line);
    }
    let mask = started.elapsed().as_secs_f64() * 1e6 / lines.len() as f64;
    let started = Instant::now();
    let n_found: usize = lines.iter().map(|line| find(line, &Kind::ALL).len()).sum();
    let all = started.elapsed().as_secs_f64() * 1e6 / lines.len() as f64;
    println!("{} lines, {} bytes each", lines.len(), text.len() / lines.len().max(1));
    println!("mask {mask:.2} us a line, {n_masked} masked; all kinds {all:.2} us, {n_found} found");
}

fn hostile(piece: &str) {
    let text = piece.repeat(1_000_000 / piece.len());
    let raw = RawText::from(text.as_str());
    let started = Instant::now();
    let _ = raw.mask();
    let mask = started.elapsed().as_secs_f64() * 1e3;
    let mut each = String::new();
    for kind in Kind::ALL {
        let started = Instant::now();
        find(&text, &[kind]);
        each += &format!(" {kind} {:.0}", started.elapsed().as_secs_f64() * 1e3);
    }
    let started = Instant::now();
    redact(&Masked::own_words(text), &mut Placeholders::default());
    println!(
        "{piece:?} x 1 MB: mask {mask:.0} ms;{each}; redact {:.0}",
        started.elapsed().as_secs_f64() * 1e3
    );
}
