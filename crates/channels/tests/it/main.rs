//! Letters against a mail server that answers as told, at each step of a delivery.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use std::sync::{Arc, Mutex};

mod arriving;

use channels::{Outgoing, Post, Said, Undelivered, invitation};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

/// Where it refuses, and with what.
#[derive(Clone, Copy)]
enum Mood {
    Takes,
    Refuses(&'static str, &'static str),
    HangsUp,
}

/// A mail server: its address, and the letters that it took.
async fn server(mood: Mood) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let taken = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let mut lines = BufReader::new(read).lines();
                write.write_all(b"220 test\r\n").await.unwrap();
                let (mut letter, mut is_data) = (String::new(), false);
                while let Ok(Some(line)) = lines.next_line().await {
                    let verb = line.split([' ', ':']).next().unwrap().to_uppercase();
                    let answer = if is_data && line != "." {
                        letter.push_str(&line);
                        letter.push('\n');
                        continue;
                    } else if is_data {
                        is_data = false;
                        match mood {
                            Mood::HangsUp => return,
                            Mood::Refuses(".", with) => with,
                            _ => {
                                log.lock().unwrap().push(std::mem::take(&mut letter));
                                "250 taken"
                            }
                        }
                    } else {
                        match (verb.as_str(), mood) {
                            (verb, Mood::Refuses(at, with)) if at == verb => with,
                            ("DATA", _) => {
                                is_data = true;
                                "354 go on"
                            }
                            ("QUIT", _) => "221 bye",
                            _ => "250 ok",
                        }
                    };
                    write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
                }
            });
        }
    });
    (url, taken)
}

async fn send(url: &str, to: &str) -> Result<(), Undelivered> {
    let post = Post::new(url, "Fjordhus <help@fjordhus.example>").unwrap();
    let paper = invitation("Fjordhus", "Åsa", "https://desk.example/password#token=abc", 7);
    post.send(&Outgoing::new("letter-1", to, &paper)).await
}

#[tokio::test]
async fn a_letter_says_who_it_is_from_and_that_a_machine_wrote_it() {
    let (url, taken) = server(Mood::Takes).await;
    send(&url, "tom@shop.example").await.unwrap();
    let letter = taken.lock().unwrap()[0].clone();
    for line in [
        "From: Fjordhus <help@fjordhus.example>",
        "To: tom@shop.example",
        "Message-ID: <letter-1@fjordhus.example>",
        "Auto-Submitted: auto-generated",
        "Content-Type: multipart/alternative",
        "Content-Type: text/html; charset=utf-8",
    ] {
        assert!(letter.contains(line), "{line} in {letter}");
    }
    assert!(letter.contains("Date: ") && letter.contains("Subject: "), "{letter}");
}

#[tokio::test]
async fn a_letter_of_a_conversation_says_where_answers_go_and_that_ai_wrote() {
    let (url, taken) = server(Mood::Takes).await;
    let post = Post::new(&url, "Fjordhus <Help@fjordhus.example>").unwrap();
    let reply_to = post.plus_address("12.abcd");
    let words = [Said {
        who: "AI assistant".to_owned(),
        words: "Within 14 days. [1]".to_owned(),
        choices: Vec::new(),
    }];
    let paper = channels::answer(Some("sv"), "Ditt svar", ("Det här:", "Svara gärna."), &words);
    let outgoing = Outgoing {
        reply_to: Some(&reply_to),
        thread: Some("conversation-1"),
        is_generated: true,
        ..Outgoing::new("letter-2", "ida@example.com", &paper)
    };
    post.send(&outgoing).await.unwrap();
    let letter = taken.lock().unwrap()[0].clone();
    for line in [
        "Reply-To: Fjordhus <Help+12.abcd@fjordhus.example>",
        "In-Reply-To: <conversation-1@fjordhus.example>",
        "References: <conversation-1@fjordhus.example>",
        "X-AI-Generated: true",
    ] {
        assert!(letter.contains(line), "{line} in {letter}");
    }
    let read = channels::read_mail(letter.as_bytes()).unwrap();
    assert!(read.is_automatic.is_some(), "two desks do not write to each other for ever");
    assert_eq!(post.mark_of("help+12.ABCD@Fjordhus.example").as_deref(), Some("12.abcd"));
    for other in ["help@fjordhus.example", "help+1@other.example", "x+1@fjordhus.example", ""] {
        assert_eq!(post.mark_of(other), None, "{other}");
    }
}

#[tokio::test]
async fn what_may_pass_later_is_told_from_what_never_will() {
    let later = [
        Mood::HangsUp,
        Mood::Refuses("RCPT", "450 try later"),
        Mood::Refuses("MAIL", "421 closing"),
        Mood::Refuses(".", "451 local error"),
        // The desk's own name or password.
        Mood::Refuses("MAIL", "530 authenticate first"),
        Mood::Refuses("MAIL", "535 bad password"),
    ];
    for mood in later {
        let (url, taken) = server(mood).await;
        let failed = send(&url, "tom@shop.example").await.unwrap_err();
        assert!(matches!(failed, Undelivered::Later(_)), "{failed:?}");
        assert!(taken.lock().unwrap().is_empty());
    }
    for mood in [Mood::Refuses("RCPT", "550 no such user"), Mood::Refuses(".", "554 spam")] {
        let (url, _) = server(mood).await;
        let failed = send(&url, "tom@shop.example").await.unwrap_err();
        assert!(matches!(failed, Undelivered::Never(_)), "{failed:?}");
    }
    let (url, taken) = server(Mood::Takes).await;
    for address in ["", "tom", "tom@shop.example\r\nBcc: eve@evil.example", "a@b@c"] {
        let failed = send(&url, address).await.unwrap_err();
        assert!(matches!(failed, Undelivered::Never(_)), "{address:?}: {failed:?}");
    }
    assert!(taken.lock().unwrap().is_empty());
    let gone = send("smtp://127.0.0.1:1", "tom@shop.example").await.unwrap_err();
    assert!(matches!(gone, Undelivered::Later(_)), "{gone:?}");
}

#[tokio::test]
async fn addresses_are_read_and_passwords_are_not_shown() {
    let from = "help@fjordhus.example";
    for wrong in ["mail.example", "http://mail.example", "smtp:", "imap://mail.example"] {
        assert!(Post::new(wrong, from).is_err(), "{wrong}");
    }
    assert!(Post::new("smtp://mail.example", "no address").is_err());
    let post =
        Post::new("smtps://me:hunter2@mail.example:465", "Shop <help@shop.example>").unwrap();
    assert!(!format!("{post:?}").contains("hunter2"));
    assert_eq!((post.host(), post.from().as_str()), ("mail.example", "Shop <help@shop.example>"));
    let broken = Post::new("http://me:hunter2@mail.example", from).unwrap_err();
    assert!(!broken.to_string().contains("hunter2"));
}

#[tokio::test]
async fn another_machine_hears_nothing_in_the_clear() {
    // This one offers no encryption; that it stands on this machine is hidden by its name.
    let (url, taken) = server(Mood::Takes).await;
    let url = url.replace("127.0.0.1", "0.0.0.0");
    let failed = send(&format!("{url}?tls=none"), "tom@shop.example").await.unwrap_err();
    assert!(matches!(failed, Undelivered::Later(_)), "{failed:?}");
    assert!(taken.lock().unwrap().is_empty());
}
