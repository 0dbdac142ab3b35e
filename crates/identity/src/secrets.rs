//! Random secrets and their hashes. A secret is 256 random bits, so that a plain SHA-256 of it
//! cannot be searched; nothing here shows one in `Debug`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{ApiKeyId, LinkId, SessionId, TenantId, Uuid};
use rand::RngCore;
use sha2::{Digest, Sha256};

/// 256 random bits.
pub(crate) fn random() -> [u8; 32] {
    let mut secret = [0_u8; 32];
    rand::rng().fill_bytes(&mut secret);
    secret
}

/// What is kept of a secret.
pub(crate) fn digest(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// A refresh token: tenant, session and secret in one opaque text. The first two find the
/// session; only the secret proves anything.
pub(crate) struct RefreshToken {
    pub(crate) tenant: TenantId,
    pub(crate) session: SessionId,
    secret: [u8; 32],
}

impl RefreshToken {
    pub(crate) fn new(tenant: TenantId, session: SessionId) -> Self {
        Self { tenant, session, secret: random() }
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        digest(&self.secret).to_vec()
    }

    pub(crate) fn text(&self) -> String {
        let parts = [self.tenant.0.as_bytes().as_slice(), self.session.0.as_bytes(), &self.secret];
        URL_SAFE_NO_PAD.encode(parts.concat())
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        let (tenant, session, secret) = three_parts(text)?;
        Some(Self { tenant: tenant.into(), session: session.into(), secret })
    }
}

/// The token of a single-purpose link: tenant, link and secret in one opaque text. The first two
/// find the link; only the secret proves anything.
pub(crate) struct LinkToken {
    pub(crate) tenant: TenantId,
    pub(crate) link: LinkId,
    secret: [u8; 32],
}

impl LinkToken {
    pub(crate) fn new(tenant: TenantId, link: LinkId) -> Self {
        Self { tenant, link, secret: random() }
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        digest(&self.secret)
    }

    pub(crate) fn text(&self) -> String {
        let parts = [self.tenant.0.as_bytes().as_slice(), self.link.0.as_bytes(), &self.secret];
        URL_SAFE_NO_PAD.encode(parts.concat())
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        let (tenant, link, secret) = three_parts(text)?;
        Some(Self { tenant: tenant.into(), link: link.into(), secret })
    }
}

/// Two ids and a secret; nothing longer is decoded.
fn three_parts(text: &str) -> Option<(Uuid, Uuid, [u8; 32])> {
    // 64 bytes in base64.
    if text.len() != 86 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (first, rest) = bytes.split_at_checked(16)?;
    let (second, secret) = rest.split_at_checked(16)?;
    let (first, second) = (Uuid::from_slice(first).ok()?, Uuid::from_slice(second).ok()?);
    Some((first, second, secret.try_into().ok()?))
}

/// How partners' keys begin.
pub(crate) const KEY_PREFIX: &str = "obr_";

/// A partner's key: `obr_<tenant>_<id>_<secret>`.
pub(crate) struct KeyText {
    pub(crate) tenant: String,
    pub(crate) id: ApiKeyId,
    pub(crate) secret: String,
}

impl KeyText {
    pub(crate) fn new(tenant: &str, id: ApiKeyId) -> Self {
        let secret = random().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { tenant: tenant.to_owned(), id, secret }
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        digest(self.secret.as_bytes())
    }

    pub(crate) fn text(&self) -> String {
        format!("{KEY_PREFIX}{}_{}_{}", self.tenant, self.id.0.simple(), self.secret)
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(KEY_PREFIX)?.split('_');
        let (tenant, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let fits = parts.next().is_none() && tenant.len() <= 64 && secret.len() == 64;
        let id = Uuid::try_parse(id).ok().filter(|_| fits && id.len() == 32)?;
        Some(Self { tenant: tenant.to_owned(), id: id.into(), secret: secret.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_comes_back_and_others_do_not() {
        let token = RefreshToken::new(TenantId::new(), SessionId::new());
        let read = RefreshToken::read(&token.text()).unwrap();
        assert_eq!((read.tenant, read.session), (token.tenant, token.session));
        assert_eq!(read.hash(), token.hash());
        for bad in ["", "x", &"A".repeat(85), &"A".repeat(87), &"!".repeat(86)] {
            assert!(RefreshToken::read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_link_comes_back_and_others_do_not() {
        let token = LinkToken::new(TenantId::new(), LinkId::new());
        let read = LinkToken::read(&token.text()).unwrap();
        assert_eq!((read.tenant, read.link), (token.tenant, token.link));
        assert_eq!(read.hash(), token.hash());
        for bad in ["", &"A".repeat(85), &"A".repeat(87), &"+".repeat(86), &"я".repeat(43)] {
            assert!(LinkToken::read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_key_comes_back_and_others_do_not() {
        let key = KeyText::new("vostok-2", ApiKeyId::new());
        let read = KeyText::read(&key.text()).unwrap();
        assert_eq!((read.tenant.as_str(), read.id), ("vostok-2", key.id));
        assert_eq!(read.hash(), key.hash());
        for bad in
            ["obr_", "obr_vostok", "obr_vostok_1_2", &format!("{}_", key.text()), "obr_a_b_c_d"]
        {
            assert!(KeyText::read(bad).is_none(), "{bad}");
        }
    }
}
