//! E-mail that came in: taken once, found by sender and reference, and how far a mailbox was read.

use desk::{Actor, IncomingMail, MailPlace, MailState, Time};
use store::{Change, Commit, CommitError};

use crate::{
    place::{Place, on_both},
    story::{Desk, open, text},
};

fn mail(key: &str, state: MailState) -> IncomingMail {
    IncomingMail {
        key: key.to_owned(),
        message_id: Some("1@mail.example".to_owned()),
        sender: text("ida@mail.example"),
        subject: text("Lamp"),
        state,
        reason: None,
        conversation_id: None,
        place: None,
        received_at: Time(100),
    }
}

async fn keep(desk: &Desk, change: Change) -> Result<(), CommitError> {
    let mut commit = Commit::new(Time(1), Actor::System);
    commit.push(change);
    desk.store.commit(commit).await.map(|_| ())
}

on_both! {
    async fn mail_is_taken_once(place) {
        let desk = open(place).await;
        let store = &desk.store;
        let row = desk.begin(1, 1).await;
        // What was put aside may be taken; what was taken stays.
        for state in [MailState::Quarantined, MailState::Quarantined, MailState::Taken] {
            let conversation_id = (state == MailState::Taken).then_some(row.id);
            let mail = IncomingMail { conversation_id, ..mail("a", state) };
            keep(&desk, Change::KeepMail(mail)).await.unwrap();
        }
        for state in [MailState::Taken, MailState::Ignored, MailState::Quarantined] {
            let refused = keep(&desk, Change::KeepMail(mail("a", state))).await;
            assert_eq!(refused, Err(CommitError::Taken));
        }
        keep(&desk, Change::DropMail("a".to_owned())).await.unwrap();
        let kept = store.incoming_mail("a".to_owned()).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.conversation_id), (MailState::Taken, Some(row.id)));
        keep(&desk, Change::KeepMail(mail("b", MailState::Quarantined))).await.unwrap();
        assert_eq!(store.quarantined_mail(9).await.unwrap().len(), 1);
        let sender = || "ida@mail.example".to_owned();
        assert_eq!(store.n_mail_from(sender(), Time(99)).await.unwrap(), 2);
        assert_eq!(store.n_mail_from(sender(), Time(100)).await.unwrap(), 0);
        let of = store.conversations_of_mail("1@mail.example".to_owned()).await.unwrap();
        assert_eq!(of, [row.id], "one that stands nowhere refers to nothing");
        assert_eq!(store.last_mail_of(row.id).await.unwrap().unwrap().key, "a");
        keep(&desk, Change::DropMail("b".to_owned())).await.unwrap();
        assert_eq!(store.quarantined_mail(9).await.unwrap().len(), 0);

        // A mailbox is read forwards; a server that numbers anew begins anew.
        let name = || "help".to_owned();
        assert_eq!(store.mailbox(name()).await.unwrap(), None);
        for (uid_validity, uid, kept) in [(7, 5, 5), (7, 9, 9), (7, 6, 9), (8, 2, 2)] {
            let place = MailPlace { uid_validity, uid };
            keep(&desk, Change::KeepMailbox { name: name(), place, at: Time(3) }).await.unwrap();
            let (place, _) = store.mailbox(name()).await.unwrap().unwrap();
            assert_eq!((place.uid_validity, place.uid), (uid_validity, kept));
        }
    }
}
