//! What letters say: each as plain text and as HTML that reads well in the light and in the dark.

/// The words of a letter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paper {
    /// Its subject, on one line.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
}

/// Somebody may work at a desk: `by` invites them, and they choose a password behind the link.
#[must_use]
pub fn invitation(desk: &str, by: &str, link: &str, days: i64) -> Paper {
    let first = format!("{by} has added you to the customer-service desk of {desk}.");
    let second =
        format!("Choose a password to sign in with. The link works for {days} days, once.");
    let last = "If you did not expect this, leave it: nothing happens.";
    paper(
        &format!("{by} invites you to the desk of {desk}"),
        &[&first, &second],
        ("Choose a password", link),
        last,
    )
}

/// Somebody has forgotten their password, or says so in their name.
#[must_use]
pub fn reset(desk: &str, link: &str, hours: i64) -> Paper {
    let first = format!("Somebody asked for a new password for your account at {desk}.");
    let works = match hours {
        1 => "one hour".to_owned(),
        hours => format!("{hours} hours"),
    };
    let second = format!("Choose one here. The link works for {works}, once.");
    let last = "If it was not you, leave it: your password stays as it is.";
    paper(
        &format!("A new password for {desk}"),
        &[&first, &second],
        ("Choose a new password", link),
        last,
    )
}

/// There are shifts that a worker may take, each in a line of its own.
#[must_use]
pub fn shifts_open(desk: &str, shifts: &[String], link: &str) -> Paper {
    let first = format!("{desk} has shifts that you may take:");
    let mut lines = vec![first.as_str()];
    lines.extend(shifts.iter().map(String::as_str));
    let subject = match shifts.len() {
        1 => format!("A shift at {desk}"),
        n => format!("{n} shifts at {desk}"),
    };
    let last = "Whoever is first has it. You need not answer: taking shifts is your choice.";
    paper(&subject, &lines, ("Look at the shifts", link), last)
}

/// The desk took back a shift that a worker had.
#[must_use]
pub fn shift_taken_back(desk: &str, when: &str, why: &str, is_paid: bool, link: &str) -> Paper {
    let first = format!("Your shift {when} was taken back: {why}");
    let second = match is_paid {
        true => "It is less than a day away, so you are paid as if you had worked it.",
        false => "It is more than a day away, so it is not paid.",
    };
    let last = "If that is wrong, answer to your planner.";
    let subject = format!("A shift at {desk} was taken back");
    paper(&subject, &[&first, second], ("Look at your shifts", link), last)
}

/// A shift of a worker begins within a day.
#[must_use]
pub fn shift_soon(desk: &str, when: &str, link: &str) -> Paper {
    let first = format!("Your shift at {desk} begins {when}.");
    let second = "Time counts while you are available at the desk.";
    let last = "If you cannot come, give it back there, and tell your planner.";
    let subject = format!("Your shift begins {when}");
    paper(&subject, &[&first, second], ("Look at your shifts", link), last)
}

/// Somebody has applied for shifts.
#[must_use]
pub fn application_taken(desk: &str, days: i64, link: &str) -> Paper {
    let first = format!("{desk} has your application. A person reads it.");
    let second = format!("You hear within {days} days, with the reason if the answer is no.");
    let last = "If it was not you, answer to this letter, and it is deleted.";
    let subject = format!("Your application to {desk}");
    paper(&subject, &[&first, &second], ("Look at the page", link), last)
}

/// An application was refused.
#[must_use]
pub fn application_refused(desk: &str, why: &str, link: &str) -> Paper {
    let first = format!("A person at {desk} has read your application, and the answer is no.");
    let second = format!("The reason: {why}");
    let last = "If you think that is wrong, answer to this letter: somebody else looks at it.";
    let subject = format!("Your application to {desk}");
    paper(&subject, &[&first, &second], ("Look at the page", link), last)
}

/// One thing that was written to a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who wrote it, by name.
    pub who: String,
    /// What.
    pub words: String,
    /// What may be answered, where it asks.
    pub choices: Vec<String>,
}

/// What was written to a customer, between how the letter begins, which may be nothing, and ends.
#[must_use]
pub fn answer(
    language: Option<&str>,
    subject: &str,
    (begins, ends): (&str, &str),
    written: &[Said],
) -> Paper {
    let language = language.unwrap_or("en");
    let direction = if language == "ar" { "rtl" } else { "ltr" };
    let (mut text, mut html) = (String::new(), String::new());
    if !begins.is_empty() {
        text.push_str(&format!("{begins}\n"));
        html.push_str(&format!("<p style=\"font-size:14px\">{}</p>\n", escaped(begins)));
    }
    for Said { who, words, choices } in written {
        let choices: String = choices.iter().map(|choice| format!("\n• {choice}")).collect();
        let words = format!("{words}{choices}");
        let gap = if text.is_empty() { "" } else { "\n" };
        text.push_str(&format!("{gap}{who}:\n{words}\n"));
        let words = escaped(&words).replace('\n', "<br>\n");
        html.push_str(&format!(
            "<p style=\"font-size:14px;margin:16px 0 4px\"><b>{}</b></p>\n\
             <p style=\"margin:0\" dir=\"auto\">{words}</p>\n",
            escaped(who)
        ));
    }
    text.push_str(&format!("\n-- \n{ends}\n"));
    let html = format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">\n<head>\n\
         <meta charset=\"utf-8\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{}</title>\n</head>\n\
         <body style=\"margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif\">\n\
         <div style=\"max-width:34em\">\n{html}\
         <p style=\"font-size:14px;margin-top:24px\">{}</p>\n</div>\n</body>\n</html>\n",
        escaped(subject),
        escaped(ends),
    );
    Paper { subject: one_line(subject), text, html }
}

fn paper(subject: &str, lines: &[&str], (words, link): (&str, &str), last: &str) -> Paper {
    let text = format!("{}\n\n{link}\n\n{last}\n", lines.join("\n"));
    let lines: String = lines.iter().map(|line| format!("<p>{}</p>\n", escaped(line))).collect();
    let (link, words, last) = (escaped(link), escaped(words), escaped(last));
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{title}</title>\n</head>\n\
         <body style=\"margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif\">\n\
         <div style=\"max-width:34em\">\n{lines}\
         <p><a href=\"{link}\" style=\"display:inline-block;padding:10px 16px;\
         border-radius:6px;background:#0d6066;color:#ffffff;text-decoration:none\">{words}</a></p>\n\
         <p style=\"font-size:14px\">{last}</p>\n\
         <p style=\"font-size:14px;overflow-wrap:anywhere\">{link}</p>\n</div>\n</body>\n</html>\n",
        title = escaped(subject),
    );
    Paper { subject: one_line(subject), text, html }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A name with a line break in it begins no header.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_neither_headers_nor_markup() {
        let link = "https://desk.example/password#token=abc";
        let paper = invitation("A & B\r\nBcc: x@y.example", "<b>Eve</b>", link, 7);
        assert_eq!(paper.subject.lines().count(), 1);
        assert!(paper.html.contains("&lt;b&gt;Eve") && paper.html.contains("A &amp; B"));
        assert!(!paper.html.contains("<b>") && paper.text.contains(link));
        let words = [Said {
            who: "AI".to_owned(),
            words: "<script>alert(1)</script>\nBye".to_owned(),
            choices: vec!["<b>Yes".to_owned()],
        }];
        let answer = super::answer(Some("ar"), "S\nBcc: x", ("a", "b"), &words);
        assert!(!answer.html.contains("<script>") && answer.html.contains("dir=\"rtl\""));
        assert!(answer.text.contains("• <b>Yes") && answer.html.contains("• &lt;b&gt;Yes"));
        assert!(answer.text.contains("AI:\n<script>") && !answer.subject.contains('\n'));
        assert!(reset("A", link, 1).text.contains("one hour"));
    }
}
