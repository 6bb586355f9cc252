//! Identities. Each is a type of its own, so that one cannot be passed for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }

        impl $name {
            /// The first eight characters of its random tail: what a person types and reads.
            pub fn short(self) -> String {
                let text = self.0.simple().to_string();
                text[text.len() - 8..].to_owned()
            }
        }
    };
}

uuid_id!(
    /// One PC. Made once and kept in the agent's data folder; host names and labels may change.
    MachineId
);
uuid_id!(
    /// One sweep. Version 7, so that newer sweeps sort later.
    SweepId
);
uuid_id!(
    /// One cell to be measured.
    JobId
);
uuid_id!(
    /// One run of the agent's process: a new one means that the jobs of the old one are gone.
    BootId
);

impl MachineId {
    /// A fresh random identity.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl SweepId {
    /// A fresh identity that sorts by its time of creation.
    pub fn now() -> Self {
        Self(Uuid::now_v7())
    }

    /// When it was made, in milliseconds since 1970, as the identity itself tells; 0 of one that does not.
    pub fn created_ms(self) -> u64 {
        let (seconds, nanos) = self.0.get_timestamp().map_or((0, 0), |moment| moment.to_unix());
        seconds * 1000 + u64::from(nanos) / 1_000_000
    }
}

impl JobId {
    /// A fresh random identity.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl BootId {
    /// A fresh random identity.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

/// The SHA-256 of a blob (an image, a weight file, a result). FIPS 180-4.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The first twelve hexadecimal digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..12].to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 digest is 64 hexadecimal digits")]
pub struct BadDigest;

impl FromStr for Digest {
    type Err = BadDigest;

    fn from_str(text: &str) -> Result<Self, BadDigest> {
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(BadDigest);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| BadDigest)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| BadDigest)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_is_sha256_and_round_trips() {
        let digest = Digest::of(b"abc");
        // FIPS 180-4's own example.
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest.to_string(), text);
        assert_eq!(text.parse(), Ok(digest));
        assert_eq!("ba78".parse::<Digest>(), Err(BadDigest));
        assert_eq!("é".repeat(32).parse::<Digest>(), Err(BadDigest));
    }
}
