//! What the program says and how it ends when it is called wrongly.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_evenkeel"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cargo has built the program");
    // A program that refuses its arguments does not read, and the pipe may be closed by then.
    let _ = child.stdin.take().expect("it is piped").write_all(input);
    child.wait_with_output().expect("its output can be read")
}

fn check_refusal(arguments: &[&str], input: &[u8], expected: &str) {
    let output = run(arguments, input);
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected, "{arguments:?}");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

#[test]
fn bad_arguments_are_refused_with_a_hint() {
    let help = "\n\nhint: Run the command with --help for what it takes.\n";
    check_refusal(
        &[],
        b"",
        "error: A command is missing.\n\nhint: Run evenkeel --help for all commands.\n",
    );
    check_refusal(&["sevre"], b"", &format!("error: unrecognized subcommand 'sevre'{help}"));
    for (arguments, what) in [
        (
            &["serve", "--port", "70000"][..],
            "invalid value '70000' for '--port <PORT>': 70000 is not in 0..=65535",
        ),
        (
            &["serve", "--speed", "0"],
            "invalid value '0' for '--speed <SPEED>': a speed is a number from 0.01 to 100000",
        ),
        (
            &["mask", "--only", "card,names"],
            "invalid value 'names' for '--only <ONLY>': no kind is called \"names\": card, iban, \
             email, phone, id, secret",
        ),
        (
            &["import", "topics", "rows.csv", "--level", "autonomous"],
            "invalid value 'autonomous' for '--level <LEVEL>': a level is off, shadow, draft or supervised",
        ),
        (
            &["import", "topics", "rows.csv", "--share", "0.96"],
            "invalid value '0.96' for '--share <SHARE>': a share is a number from 0 to 0.95",
        ),
    ] {
        check_refusal(arguments, b"", &format!("error: {what}{help}"));
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    check_refusal(
        &["mask"],
        b"good\n\xff\n",
        "error: standard input: byte 6 is not UTF-8\n\nhint: Convert it to UTF-8 first.\n",
    );
    check_refusal(
        &["mask", "no-such-file"],
        b"",
        "error: no-such-file: No such file or directory (os error 2)\n\n\
         hint: Check the name of the file.\n",
    );
}

#[test]
fn lines_are_masked_and_keep_their_ends() {
    let output = run(&["mask"], b"card 4111 1111 1111 1111 here\r\nme@shop.example\nlast");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(!text.contains("4111 1111 1111"), "{text}");
    assert!(text.ends_with(" here\r\nme@shop.example\nlast"), "{text}");
}

#[test]
fn masking_counts_by_kind() {
    let output = run(&["mask", "--json", "--only", "card,email"], b"a@shop.example\nb\n");
    let fields: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(fields["lines"], 2);
    assert_eq!(fields["found"], serde_json::json!({ "card": 0, "email": 1 }));
}

#[test]
fn topics_are_imported_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.csv");
    std::fs::write(&file, "text,category\nwhere is it,order_status\nhello,\n").unwrap();
    let data = folder.path().join("desk");
    let (file, data) = (file.to_str().unwrap(), data.to_str().unwrap());
    for expected in [(1, 1, 1), (0, 0, 2)] {
        let output = run(&["import", "topics", file, "--data", data, "--json"], b"");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let fields: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let (topics, examples, skipped) = expected;
        assert_eq!(
            (&fields["topics"], &fields["examples"], &fields["skipped"]),
            (&topics.into(), &examples.into(), &skipped.into()),
        );
    }
}
