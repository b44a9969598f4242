//! The one algorithm of frame tickets, for the library that reads them: HMAC-SHA256 out of the crate that we have anyway.
//! The sets of algorithms that the library brings itself hold RSA and elliptic curves as well, some forty crates for
//! tickets that are none of theirs.

use std::sync::Once;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    crypto::{CryptoProvider, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
    signature::{Error, Verifier},
};
use sha2::Sha256;

/// Makes the library know the algorithm, for the whole of the process.
pub(crate) fn provide() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that somebody else has given it a set of algorithms, which is as good.
        let _ = PROVIDER.install_default();
    });
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

struct Hs256(Hmac<Sha256>);

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    if *algorithm != Algorithm::HS256 {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    let hmac = Hmac::new_from_slice(key.try_get_as_bytes()?);
    let hmac = hmac.map_err(|_| ErrorKind::InvalidKeyFormat)?;
    Ok(Box::new(Hs256(hmac)))
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let mut hmac = self.0.clone();
        hmac.update(message);
        // In a time that tells nothing of where they differ.
        hmac.verify_slice(signature).map_err(|_| Error::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
