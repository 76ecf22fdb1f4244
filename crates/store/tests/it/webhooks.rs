//! Deliveries: each journal row once for each webhook, whoever notes it and however often.

use desk::{Actor, Delivery, DeliveryId, DeliveryState, Kind, Time, Webhook, WebhookId};
use store::{Change, Commit};
use uuid::Uuid;

use crate::{
    place::{Place, on_both},
    story::{Desk, open},
};

const FAR_MS: i64 = 1_000_000;

fn delivery(webhook_id: WebhookId, seq: i64) -> Delivery {
    Delivery {
        id: DeliveryId(Uuid::now_v7()),
        webhook_id,
        seq,
        kind: Kind::MessageAdded,
        state: DeliveryState::Waiting,
        n_attempts: 0,
        status: None,
        failure: None,
        created_at: Time(1),
        finished_at: None,
    }
}

async fn push(desk: &Desk, changes: Vec<Change>) {
    let mut commit = Commit::new(Time(1), Actor::System);
    commit.changes = changes;
    desk.store.commit(commit).await.unwrap();
}

async fn seqs(desk: &Desk, now: i64) -> Vec<i64> {
    let claimed = desk.store.claim_deliveries(Time(now), Time(now + 100), FAR_MS, 9).await.unwrap();
    let mut seqs: Vec<i64> = claimed.iter().map(|one| one.seq).collect();
    seqs.sort_unstable();
    seqs
}

on_both! {
    async fn each_fact_is_one_delivery(place) {
        let desk = open(place).await;
        let id = WebhookId(Uuid::now_v7());
        let hook = Webhook {
            id,
            url: "https://hooks.example/".to_owned(),
            secret: "s".to_owned(),
            kinds: Vec::new(),
            is_paused: false,
            seen: 4,
            n_failures: 0,
            retry_at: Time(0),
            created_at: Time(1),
        };
        push(&desk, vec![Change::AddWebhook(hook.clone())]).await;
        // Two nodes note the same; one of them is late.
        let noted = |from: i64, to: i64| {
            Change::NoteDeliveries(id, to, (from..=to).map(|seq| delivery(id, seq)).collect())
        };
        push(&desk, vec![noted(5, 6)]).await;
        push(&desk, vec![noted(5, 7)]).await;
        push(&desk, vec![noted(5, 6)]).await;
        assert_eq!(desk.store.webhook(id).await.unwrap().unwrap().seen, 7);
        assert_eq!(seqs(&desk, 1_000).await, [5, 6, 7]);
        assert!(seqs(&desk, 1_050).await.is_empty(), "they are leased");
        assert_eq!(seqs(&desk, 1_200).await, [5, 6, 7], "the lease has ended");
        assert_eq!(seqs(&desk, 500).await, [5, 6, 7], "by a clock that was set back");
        // Put off, paused, and told.
        push(&desk, vec![Change::PutOffWebhook(id, 2, Time(5_000))]).await;
        assert!(seqs(&desk, 4_999).await.is_empty());
        assert_eq!(seqs(&desk, 5_000).await, [5, 6, 7]);
        push(&desk, vec![Change::PutOffWebhook(id, 2, Time(9_000 + FAR_MS))]).await;
        assert_eq!(seqs(&desk, 6_000).await, [5, 6, 7], "nobody is put off for so long");
        let paused = Webhook { is_paused: true, ..hook.clone() };
        push(&desk, vec![Change::ChangeWebhook(paused)]).await;
        assert!(seqs(&desk, 7_000).await.is_empty());
        push(&desk, vec![Change::ChangeWebhook(hook)]).await;
        let all = desk.store.deliveries(id, 9).await.unwrap();
        let finish = |one: &Delivery, state| Change::FinishDelivery {
            id: one.id,
            at: Time(8),
            state,
            status: Some(200),
            failure: None,
        };
        push(
            &desk,
            vec![
                finish(&all[0], DeliveryState::Delivered),
                finish(&all[1], DeliveryState::Failed),
            ],
        )
        .await;
        assert_eq!(seqs(&desk, 8_000).await, [5]);
        let counts = desk.store.delivery_counts(id).await.unwrap();
        assert_eq!((counts.n_waiting, counts.n_delivered, counts.n_failed), (1, 1, 1));
        assert_eq!(desk.store.deliveries(id, 9).await.unwrap()[0].state, DeliveryState::Failed);
        push(&desk, vec![Change::ReviveDelivery(all[1].id, Time(9))]).await;
        assert_eq!(seqs(&desk, 9_000).await, [5, 6]);
        // Gone with its deliveries; what is noted for it afterwards is nothing.
        push(&desk, vec![Change::DropWebhook(id)]).await;
        push(&desk, vec![noted(8, 9)]).await;
        assert!(seqs(&desk, 20_000).await.is_empty());
        assert!(desk.store.webhooks().await.unwrap().is_empty());
    }
}
