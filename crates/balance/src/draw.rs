//! Draws that anybody with the seed can recompute.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a draw decides; different purposes are independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Assistant or people.
    Arm,
    /// At *draft*: whether the suggestion is shown.
    Draft,
    /// Whether an answer is reviewed.
    Review,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Arm => "arm",
            Self::Draft => "draft",
            Self::Review => "review",
        }
    }
}

/// A number in [0, 1): the first 53 bits of HMAC-SHA-256(seed, purpose ‖ id) over 2⁵³
/// (specification of the balance, §1). `id` is fixed before anybody has read the content.
#[must_use]
pub fn draw(seed: &[u8], purpose: Purpose, id: &str) -> f64 {
    let mut mac = Hmac::<Sha256>::new_from_slice(seed).expect("HMAC takes keys of every length");
    mac.update(purpose.as_str().as_bytes());
    mac.update(id.as_bytes());
    let digest = mac.finalize().into_bytes();
    let mut head = [0_u8; 8];
    head.copy_from_slice(&digest[..8]);
    // 53 bits are just what a double holds without rounding.
    (u64::from_be_bytes(head) >> 11) as f64 / (1_u64 << 53) as f64
}
