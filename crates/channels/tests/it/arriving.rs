//! Messages as mail programs write them: whose, to whom, own words, and what machines send.
#![allow(clippy::unwrap_used)] // A failed step is a failed test.

use channels::read_mail;

fn text(body: &str) -> String {
    let mail =
        format!("From: ida@example.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}");
    read_mail(mail.as_bytes()).unwrap().text
}

#[test]
fn own_words_are_told_from_what_is_quoted() {
    let own = "It still does not work.\n\nIda";
    for quoted in [
        "",
        "\n\nOn Fri, 27 Nov 2026 at 10:12, Fjordhus <help+12.ab@fjordhus.example> wrote:\n> Try again.\n> \n> [1]\n",
        "\n\nOn Friday, November 27, 2026, Fjordhus\n<help@fjordhus.example> wrote:\n\n> Try again.",
        "\n\nAm 27.11.2026 um 10:12 schrieb Fjordhus:\n> Noch einmal.",
        "\n\nDen fre 27 nov. 2026 kl 10:12 skrev Fjordhus <help@fjordhus.example>:\n\n> Igen.",
        "\n\nEl vie, 27 nov 2026 a las 10:12, Fjordhus (<help@fjordhus.example>) escribió:\n> Otra vez",
        "\n\nLe ven. 27 nov. 2026 à 10:12, Fjordhus <help@fjordhus.example> a écrit :\n> Encore",
        "\n\n-----Original Message-----\nFrom: Fjordhus\nSent: Friday\nTo: Ida\n\nTry again.",
        "\n\n________________________________\nVon: Fjordhus\nGesendet: Freitag\n\nNoch einmal.",
        "\n\nFrom: Fjordhus <help@fjordhus.example>\nSent: Friday\nTo: Ida\nSubject: Re: lamp\n\nTry again.",
        "\n-- \nIda Berg\n+46 70 123 45 67\n",
        "\n\nOn 27/11/2026 10:12, Fjordhus wrote:\nTry again.\nWith no marks at all.",
    ] {
        assert_eq!(text(&format!("{own}{quoted}")), own, "{quoted}");
        assert_eq!(text(&format!("{own}{quoted}").replace('\n', "\r\n")), own, "{quoted}");
    }
}

#[test]
fn answers_below_and_between_are_own_words() {
    let below = "On 27 Nov 2026, Fjordhus wrote:\n> Which order is it?\n> And why?\n\nThe lamp.\nIt is broken.\n";
    assert_eq!(text(below), "The lamp.\nIt is broken.");
    let between =
        "On 27 Nov 2026, Fjordhus wrote:\n> Which order?\nThe lamp.\n> And why?\nIt is broken.";
    assert_eq!(text(between), "The lamp.\nIt is broken.");
    // What looks like a quote and is none stays.
    assert_eq!(
        text("On Monday I wrote:\nmy lamp is broken"),
        "On Monday I wrote:\nmy lamp is broken"
    );
    assert_eq!(text("From: the shop, I got a lamp."), "From: the shop, I got a lamp.");
    // Nothing but a quote is better than nothing.
    assert_eq!(text("> yes, please"), "> yes, please");
}

#[test]
fn alphabets_html_and_attachments_are_read() {
    let latin =
        b"From: =?iso-8859-1?Q?=C5sa?= <ASA@Example.com>\r\nTo: help+12.ab@fjordhus.example\r\n\
        Message-ID: <1@x>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=F6n lampa\r\n";
    let mail = read_mail(latin).unwrap();
    assert_eq!((mail.from.as_str(), mail.text.as_str()), ("asa@example.com", "Grön lampa"));
    assert_eq!(
        (mail.message_id.as_deref(), &*mail.recipients),
        (Some("1@x"), &["help+12.ab@fjordhus.example".to_owned()][..])
    );
    let japanese = b"From: a@example.jp\r\nContent-Type: text/plain; charset=shift_jis\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nk/qWew==\r\n";
    assert_eq!(read_mail(japanese).unwrap().text, "日本");
    let html = b"From: a@example.com\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <p>Hello <b>there</b></p><script>alert(1)</script><style>p{}</style>";
    let mail = read_mail(html).unwrap();
    assert!(mail.text.contains("Hello there") && !mail.text.contains("alert"), "{}", mail.text);
    let mixed = "From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain\r\n\r\nSee the photo\r\n\
        --b\r\nContent-Type: image/png; name=\"lamp.png\"\r\nContent-Disposition: attachment; filename=\"lamp.png\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n";
    let mail = read_mail(mixed.as_bytes()).unwrap();
    assert_eq!(mail.text, "See the photo");
    let file = &mail.attachments[0];
    assert_eq!((file.name.as_str(), file.content_type.as_str()), ("lamp.png", "image/png"));
    assert_eq!(file.content, b"\x89PNG\r\n\x1a\n");
    let many: String = (0..14)
        .map(|n| format!("--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"{n}.csv\"\r\n\r\na,b\r\n"))
        .collect();
    let many = format!(
        "From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHi\r\n{many}--b--\r\n"
    );
    let mail = read_mail(many.as_bytes()).unwrap();
    assert_eq!((mail.attachments.len(), mail.n_left_out), (10, 4));
}

#[test]
fn machines_and_lists_are_known() {
    for header in [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (vacation)",
        "Precedence: bulk",
        "List-Id: <news.example.com>",
        "List-Unsubscribe: <mailto:x@example.com>",
        "X-Autoreply: yes",
        "Content-Type: multipart/report; boundary=b",
    ] {
        let mail = format!("From: ida@example.com\r\n{header}\r\n\r\nI am away.\r\n");
        assert!(read_mail(mail.as_bytes()).unwrap().is_automatic.is_some(), "{header}");
    }
    let bounce = b"From: MAILER-DAEMON@example.com\r\n\r\nNo such user.\r\n";
    assert!(read_mail(bounce).unwrap().is_automatic.is_some());
    let person = b"From: ida@example.com\r\nAuto-Submitted: no\r\n\r\nHello\r\n";
    assert!(read_mail(person).unwrap().is_automatic.is_none());
}

#[test]
fn nonsense_is_refused_or_read_and_never_breaks_anything() {
    assert!(read_mail(b"").is_err());
    assert!(read_mail(b"Subject: nobody\r\n\r\nHi").is_err());
    assert!(read_mail(b"From: not an address\r\n\r\nHi").is_err());
    assert!(read_mail(b"From: a@b@c\r\n\r\nHi").is_err());
    // Every piece of a message, and every byte of it changed.
    let whole = b"From: a@example.com\r\nTo: \"x\" <b@example.com>, <c@example.com>\r\nSubject: =?utf-8?B?w6U=?=\r\n\
        Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=x-none\r\n\r\n\
        Hi\xff\xfe\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hi</p>\r\n--b--\r\n";
    for end in 0..whole.len() {
        let _ = read_mail(&whole[..end]);
        let mut bent = whole.to_vec();
        bent[end] = bent[end].wrapping_add(101);
        let _ = read_mail(&bent);
    }
    // Parts within parts without end.
    let deep: String = (0..5_000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
        .collect();
    let _ = read_mail(format!("From: a@example.com\r\n{deep}Hi").as_bytes());
    let long = format!("From: a@example.com\r\n\r\n{}", "> ".repeat(500_000));
    let _ = read_mail(long.as_bytes());
}

/// What nobody writes by hand: thousands of levels, boundaries and quotes. None of it takes the
/// program down, or for long.
#[test]
fn depth_and_length_are_survived() {
    let head = "From: eve@example.com\r\n";
    let messages = format!("{head}{}", "Content-Type: message/rfc822\r\n\r\n".repeat(20_000));
    let multiparts: String = (0..20_000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
        .collect();
    let report = format!(
        "{head}Content-Type: multipart/report; boundary=b\r\n\r\n{}--b--",
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.0.0\r\n"
            .repeat(900)
    );
    let marks = format!("{head}\r\n{}", "> ".repeat(400_000));
    let lines = format!("{head}\r\n{}", "On Friday 1 wrote\n".repeat(100_000));
    let tags = format!("{head}Content-Type: text/html\r\n\r\n{}", "<div><b".repeat(300_000));
    let references = format!("{head}References: {}\r\n\r\nHi", "<a@b> ".repeat(200_000));
    let all = [messages, format!("{head}{multiparts}"), report, marks, lines, tags, references];
    for many in ["Content-Type: message/rfc822\r\n\r\n", "--b\r\n", "\r\n--b"] {
        let bomb = format!("{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n");
        let refused = read_mail((bomb + &many.repeat(200_000)).as_bytes()).unwrap_err();
        assert!(refused.contains("parts"), "{refused}");
    }
    let began = std::time::Instant::now();
    for mail in all {
        let read = std::thread::Builder::new().stack_size(2 << 20);
        let read = read.spawn(move || read_mail(mail.as_bytes()).map(|_| ())).unwrap();
        // Taken or refused, but at an end.
        let _ = read.join().unwrap();
    }
    println!("{:?} for all of them", began.elapsed());
}

/// Pieces of messages put together at random, and bent: read or refused, and never a panic.
#[test]
fn whatever_comes_is_read_or_refused() {
    const PIECES: [&str; 24] = [
        "From: a@example.com\r\n",
        "From: =?utf-8?Q?=00?= <a@b>\r\n",
        "Subject: =?utf-8?B?4pyT\r\n",
        "To: x@y, \"z\r\n",
        "References: <a> <b\r\n",
        "In-Reply-To: <a@b>\r\n",
        "\r\n",
        "\r\n\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n",
        "--b\r\n",
        "--b--\r\n",
        "Content-Type: text/html; charset=utf-7\r\n",
        "Content-Type: message/rfc822\r\n\r\n",
        "Content-Type: multipart/report; boundary=b\r\n",
        "Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5\r\n Diagnostic",
        "Content-Transfer-Encoding: base64\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "=C3=\r\n=3",
        "YWJj",
        "> quoted\r\n",
        "On 1 wrote:\r\n",
        "<p>&#x110000;</p>",
        "\u{feff}\u{202e}",
        "Message-ID: <1@x>\r\n",
    ];
    let seed = std::env::var("EVENKEEL_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    println!("replay: EVENKEEL_SEED={seed} cargo test -p channels --test it whatever_comes");
    // Marsaglia's xorshift: nothing here needs a better one.
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15 ^ seed;
    let mut below = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % n as u64).unwrap()
    };
    let (mut n_read, n_all) = (0, 20_000);
    for _ in 0..n_all {
        let mut mail: Vec<u8> = Vec::new();
        for _ in 0..=below(30) {
            mail.extend_from_slice(PIECES[below(PIECES.len())].as_bytes());
        }
        for _ in 0..below(4) {
            let at = below(mail.len());
            mail[at] = u8::try_from(below(256)).unwrap();
        }
        n_read += usize::from(read_mail(&mail).is_ok());
        let _ = channels::read_head(&mail);
    }
    println!("{n_read} of {n_all} were read");
    assert!(n_read > n_all / 10 && n_read < n_all, "both come about");
}
