//! One key is one effect, also after a stop at any byte of the journal.

use serde_json::{Value, json};
use shop::ShopError;

use crate::{open, records};

fn cancel() -> Value {
    json!({ "order_id": "#1", "reason": "no longer needed" })
}

#[test]
fn the_same_key_again_gives_the_same_answer_and_no_second_effect() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = open(folder.path());
    let first = shop.change("key", "cancel_pending_order", &cancel()).unwrap();
    let kept = shop.records().clone();
    let second = shop.change("key", "cancel_pending_order", &cancel()).unwrap();
    assert!(first.is_ok() && first == second);
    assert_eq!(*shop.records(), kept);
    assert_eq!(shop.effects().count(), 1);
    assert_eq!(shop.read_back("key"), Some(&first));
    assert_eq!(shop.read_back("another"), None);
    let other = json!({ "order_id": "#4", "reason": "no longer needed" });
    let stolen = shop.change("key", "cancel_pending_order", &other);
    assert!(matches!(stolen, Err(ShopError::OtherCall)));
    assert_eq!(*shop.records(), kept);
}

#[test]
fn a_refusal_stays_one_after_the_reason_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = open(folder.path());
    let dear = json!({ "order_id": "#1", "item_ids": ["red"], "new_item_ids": ["gold"],
                       "payment_method_id": "gift" });
    let refused = shop.change("key", "modify_pending_order_items", &dear).unwrap();
    let moved = json!({ "order_id": "#1", "payment_method_id": "card" });
    shop.change("other", "modify_pending_order_payment", &moved).unwrap().unwrap();
    // The gift card has got its money back and would be enough now, but an answer was given.
    assert_eq!(shop.change("key", "modify_pending_order_items", &dear).unwrap(), refused);
    drop(shop);
    let shop = open(folder.path());
    assert_eq!(shop.read_back("key"), Some(&refused));
}

#[test]
fn a_stop_at_any_byte_leaves_an_effect_whole_or_undone() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("shop.ndjson");
    let mut shop = open(folder.path());
    let moved = json!({ "order_id": "#1", "payment_method_id": "card" });
    shop.change("first", "modify_pending_order_payment", &moved).unwrap().unwrap();
    let between = (shop.records().clone(), std::fs::metadata(&journal).unwrap().len());
    shop.change("second", "cancel_pending_order", &cancel()).unwrap().unwrap();
    let after = shop.records().clone();
    drop(shop);
    let whole = std::fs::read(&journal).unwrap();
    for length in 0..=whole.len() {
        std::fs::write(&journal, &whole[..length]).unwrap();
        let mut shop = open(folder.path());
        let wanted = match length as u64 {
            length if length < between.1 => &records(),
            length if length < whole.len() as u64 => &between.0,
            _ => &after,
        };
        assert_eq!(shop.records(), wanted, "cut after {length} bytes");
        // What was cut off was never acknowledged: its key is free, and the shop goes on.
        if length == whole.len() - 1 {
            assert_eq!(shop.read_back("second"), None);
            shop.change("second", "cancel_pending_order", &cancel()).unwrap().unwrap();
            assert_eq!(*shop.records(), after);
        }
    }
}

#[test]
fn a_journal_that_somebody_damaged_is_not_guessed_at() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("shop.ndjson");
    std::fs::write(&journal, "not a line of ours\n").unwrap();
    let error = shop::Shop::open(records(), &journal).unwrap_err();
    assert!(error.to_string().contains("line 1"), "{error}");
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), "not a line of ours\n");
}
