//! Tokens, passwords and keyed hashes.

use argon2::{
    Argon2, PasswordHasher, PasswordVerifier,
    password_hash::{PasswordHash, SaltString},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{Result, ServiceError};

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// 256 random bits in hex.
pub(crate) fn token() -> String {
    hex(&random::<32>())
}

/// What is stored of a token.
pub(crate) fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Hex HMAC-SHA-256.
pub(crate) fn keyed_hash(key: &[u8], parts: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(part);
    }
    hex(&mac.finalize().into_bytes())
}

/// Whether two texts are the same, in a time that does not tell where they differ.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// Each hash takes 19 MB: so many are made at once, and so many more wait.
const HASHES_MAX: usize = 4;
const HASHES_WAITING_MAX: usize = 64;
static HASHES: Semaphore = Semaphore::const_new(HASHES_MAX);
static HASHES_ASKED: Semaphore = Semaphore::const_new(HASHES_MAX + HASHES_WAITING_MAX);

/// A turn to hash; too many who want one are refused before memory grows.
async fn turn() -> Result<(SemaphorePermit<'static>, SemaphorePermit<'static>)> {
    let asked = HASHES_ASKED.try_acquire().map_err(|_| ServiceError::Busy)?;
    let turn = HASHES.acquire().await.map_err(|_| ServiceError::Busy)?;
    Ok((asked, turn))
}

/// argon2id in PHC form. Slow on purpose: off the async threads.
pub(crate) async fn hash_password(password: String) -> Result<String> {
    let _turn = turn().await?;
    tokio::task::spawn_blocking(move || {
        let salt = SaltString::encode_b64(&random::<16>())
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        Argon2::default()
            .hash_password(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|error| ServiceError::Internal(error.to_string()))
    })
    .await
    .map_err(|error| ServiceError::Internal(error.to_string()))?
}

/// Whether the password is the one that was hashed. With no hash it takes as long and says no, so
/// that nobody learns which addresses exist.
pub(crate) async fn is_password(password: String, hash: Option<String>) -> Result<bool> {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$\
                          q0KbUTNpbEsv2VUcHvcfs7bEVDe3VpRsVkfbXwQfuAI";
    let _turn = turn().await?;
    tokio::task::spawn_blocking(move || {
        let is_somebody = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let hash =
            PasswordHash::new(&hash).map_err(|error| ServiceError::Internal(error.to_string()))?;
        let fits = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        Ok(fits && is_somebody)
    })
    .await
    .map_err(|error| ServiceError::Internal(error.to_string()))?
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
