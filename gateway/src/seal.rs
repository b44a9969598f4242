//! What the database and browsers keep for us without being able to read it.
//!
//! XChaCha20-Poly1305: its nonces are long enough to be drawn at random for as many texts as there will ever be.

use std::fmt;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chacha20poly1305::{
    Key, XChaCha20Poly1305, XNonce,
    aead::{Aead, Generate, KeyInit, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// How long a key is.
pub const KEY_BYTES: usize = 32;

const NONCE_BYTES: usize = 24;

/// The keys that an operator gave. The first one encrypts, all of them decrypt.
#[derive(Clone)]
pub struct Keys(Vec<[u8; KEY_BYTES]>);

/// Why text is no list of keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysProblem {
    /// Nothing was given.
    #[error("is empty")]
    None,
    /// One of them cannot be decoded.
    #[error("is not base64")]
    NotBase64,
    /// One of them is too short or too long.
    #[error("has not {KEY_BYTES} bytes")]
    Length,
    /// One of them stands for a key in an example, and so is everybody's: the same byte throughout.
    #[error("is no random key but an example's")]
    Example,
}

impl Keys {
    /// Reads keys in base64, the encrypting one first.
    ///
    /// # Errors
    /// [`KeysProblem`] for what cannot be used.
    pub fn from_base64<'text>(
        texts: impl IntoIterator<Item = &'text str>,
    ) -> Result<Self, KeysProblem> {
        let keys = texts
            .into_iter()
            .map(|text| {
                let bytes = STANDARD.decode(text).map_err(|_| KeysProblem::NotBase64)?;
                let key: [u8; KEY_BYTES] = bytes.try_into().map_err(|_| KeysProblem::Length)?;
                match key.iter().all(|byte| *byte == key[0]) {
                    true => Err(KeysProblem::Example),
                    false => Ok(key),
                }
            })
            .collect::<Result<Vec<_>, _>>()?;
        match keys.is_empty() {
            true => Err(KeysProblem::None),
            false => Ok(Self(keys)),
        }
    }
}

/// Encrypts and decrypts, and makes fingerprints that only whoever holds the key can make.
#[derive(Clone)]
pub(crate) struct Seal {
    ciphers: Vec<XChaCha20Poly1305>,
    fingerprints: Vec<[u8; KEY_BYTES]>,
}

/// What a sealed text was sealed for. It opens for nothing else, so that nobody who can write to the database can
/// put one person's tokens in the place of another's.
#[derive(Clone, Copy)]
pub(crate) enum Purpose<'id> {
    /// The tokens of the sign-in with this id.
    SignIn(&'id str),
    /// The data of the session with this hash.
    Session(&'id str),
    /// The answer to the request with this account and key.
    Answer(&'id str, &'id str),
    /// What a browser keeps while its person is away to sign in.
    Leaving,
}

/// What was to be opened is damaged, was sealed for something else, or with a key that is not here.
#[derive(Debug, thiserror::Error)]
#[error(
    "what is stored cannot be decrypted: it is damaged, or was encrypted with a key that is no longer in encryption_keys"
)]
pub(crate) struct Unopened;

impl Seal {
    pub(crate) fn new(keys: &Keys) -> Self {
        // A key of its own for each use: what is known of the one says nothing of the other.
        let ciphers = keys.0.iter().map(|key| {
            let key = derived(key, b"referral-connect-gateway encryption");
            XChaCha20Poly1305::new(&Key::from(key))
        });
        let fingerprints = keys
            .0
            .iter()
            .map(|key| derived(key, b"referral-connect-gateway fingerprints"));
        Self {
            ciphers: ciphers.collect(),
            fingerprints: fingerprints.collect(),
        }
    }

    pub(crate) fn close(&self, purpose: Purpose<'_>, text: &[u8]) -> Result<Vec<u8>, Unopened> {
        let nonce = XNonce::try_generate().map_err(|_| Unopened)?;
        let aad = purpose.bytes();
        let payload = Payload {
            msg: text,
            aad: &aad,
        };
        let cipher = self.ciphers.first().ok_or(Unopened)?;
        let sealed = cipher.encrypt(&nonce, payload).map_err(|_| Unopened)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(crate) fn open(&self, purpose: Purpose<'_>, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
        let (nonce, text) = sealed.split_at_checked(NONCE_BYTES).ok_or(Unopened)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| Unopened)?;
        let aad = purpose.bytes();
        self.ciphers
            .iter()
            .find_map(|cipher| {
                let payload = Payload {
                    msg: text,
                    aad: &aad,
                };
                cipher.decrypt(&nonce, payload).ok()
            })
            .ok_or(Unopened)
    }

    /// The fingerprint of a text under the first key, to be stored.
    pub(crate) fn fingerprint(&self, text: &str) -> String {
        let key = self.fingerprints.first().copied().unwrap_or_default();
        URL_SAFE_NO_PAD.encode(mac(&key, text.as_bytes()))
    }

    /// The fingerprints of a text under each key: one of them is stored, if the text was ever seen.
    pub(crate) fn fingerprints(&self, text: &str) -> Vec<String> {
        let of = |key: &[u8; KEY_BYTES]| URL_SAFE_NO_PAD.encode(mac(key, text.as_bytes()));
        self.fingerprints.iter().map(of).collect()
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

impl Purpose<'_> {
    fn bytes(self) -> Vec<u8> {
        // A zero byte stands in none of the parts, so no two purposes read the same.
        match self {
            Self::SignIn(id) => format!("sign-in\0{id}"),
            Self::Session(hash) => format!("session\0{hash}"),
            Self::Answer(account, key) => format!("answer\0{account}\0{key}"),
            Self::Leaving => "leaving".to_owned(),
        }
        .into_bytes()
    }
}

/// A hash of something that is random already, and so cannot be guessed from it.
pub(crate) fn hash(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(bytes))
}

/// A key for one use, out of an operator's (RFC 5869).
#[expect(
    clippy::expect_used,
    reason = "it fails for keys longer than 8,160 bytes, and a key of zeros would be no key"
)]
fn derived(key: &[u8; KEY_BYTES], purpose: &[u8]) -> [u8; KEY_BYTES] {
    let mut derived = [0; KEY_BYTES];
    Hkdf::<Sha256>::new(None, key)
        .expand(purpose, &mut derived)
        .expect("a key is shorter than that");
    derived
}

fn mac(key: &[u8; KEY_BYTES], text: &[u8]) -> [u8; 32] {
    // HMAC itself fills a key up to its block with zeros; taking a whole block is the constructor that cannot fail.
    let mut block = [0; 64];
    block[..KEY_BYTES].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(keys: &[u8]) -> Seal {
        Seal::new(&Keys(keys.iter().map(|byte| [*byte; KEY_BYTES]).collect()))
    }

    #[test]
    fn what_is_sealed_opens_for_the_same_purpose_alone() {
        let ours = seal(&[1]);
        let sealed = ours.close(Purpose::SignIn("a"), b"token").unwrap();
        assert_eq!(ours.open(Purpose::SignIn("a"), &sealed).unwrap(), b"token");
        assert!(ours.open(Purpose::SignIn("b"), &sealed).is_err());
        assert!(ours.open(Purpose::Session("a"), &sealed).is_err());
        assert!(!sealed.windows(5).any(|part| part == b"token"));
        for index in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[index] ^= 1;
            assert!(
                ours.open(Purpose::SignIn("a"), &damaged).is_err(),
                "{index}"
            );
        }
        for length in 0..sealed.len() {
            assert!(ours.open(Purpose::SignIn("a"), &sealed[..length]).is_err());
        }
    }

    #[test]
    fn no_text_is_sealed_alike_twice() {
        let ours = seal(&[1]);
        let sealed = || ours.close(Purpose::Leaving, b"same").unwrap();
        assert_ne!(sealed(), sealed());
    }

    #[test]
    fn an_old_key_opens_and_the_new_one_closes() {
        let old = seal(&[1]);
        let sealed = old.close(Purpose::Leaving, b"text").unwrap();
        let both = seal(&[2, 1]);
        assert_eq!(both.open(Purpose::Leaving, &sealed).unwrap(), b"text");
        let renewed = both.close(Purpose::Leaving, b"text").unwrap();
        assert!(old.open(Purpose::Leaving, &renewed).is_err());
        assert!(
            both.fingerprints("ABC12345")
                .contains(&old.fingerprint("ABC12345"))
        );
        assert_ne!(both.fingerprint("ABC12345"), old.fingerprint("ABC12345"));
    }

    #[test]
    fn keys_are_told_apart_from_what_is_none() {
        let good: [u8; KEY_BYTES] = std::array::from_fn(|index| index.to_le_bytes()[0]);
        let good = STANDARD.encode(good);
        assert!(Keys::from_base64([good.as_str()]).is_ok());
        // What an earlier example had is among them.
        for byte in [0, 1, 255] {
            let example = STANDARD.encode([byte; KEY_BYTES]);
            assert!(matches!(
                Keys::from_base64([good.as_str(), example.as_str()]),
                Err(KeysProblem::Example)
            ));
        }
        assert!(matches!(Keys::from_base64([]), Err(KeysProblem::None)));
        assert!(matches!(
            Keys::from_base64(["?"]),
            Err(KeysProblem::NotBase64)
        ));
        assert!(matches!(
            Keys::from_base64(["AAAA"]),
            Err(KeysProblem::Length)
        ));
    }
}
