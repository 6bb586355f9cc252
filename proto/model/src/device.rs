//! What computes on a machine.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::named::{UnknownName, named_enum};

named_enum!(
    /// The two sides of every comparison.
    "device kind" DeviceKind {
        /// The machine's processors, together.
        Cpu = "cpu",
        /// An NVIDIA GPU.
        Cuda = "cuda",
    }
);

/// One device of a machine: `cpu`, `cuda:0`, `cuda:1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeviceId {
    /// The machine's processors, together.
    Cpu,
    /// The NVIDIA GPU with this index.
    Cuda(u32),
}

impl DeviceId {
    /// Which side of the comparison it is on.
    pub fn kind(self) -> DeviceKind {
        match self {
            Self::Cpu => DeviceKind::Cpu,
            Self::Cuda(_) => DeviceKind::Cuda,
        }
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.pad("cpu"),
            Self::Cuda(index) => f.pad(&format!("cuda:{index}")),
        }
    }
}

impl FromStr for DeviceId {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let index = |digits: &str| digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
        match text.strip_prefix("cuda:").map(index) {
            Some(Some(index)) => Ok(Self::Cuda(index)),
            None if text == "cpu" => Ok(Self::Cpu),
            _ => {
                Err(UnknownName { what: "device", text: text.to_owned(), known: "cpu, cuda:0, cuda:1, …".to_owned() })
            }
        }
    }
}

/// Which devices of each machine a sweep measures; an empty list of selectors means every device found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeviceSelector {
    /// Every device of this kind: `cpu`, `cuda`.
    Kind(DeviceKind),
    /// This one only: `cuda:1`.
    One(DeviceId),
}

impl DeviceSelector {
    /// Whether this device is meant.
    pub fn matches(self, device: DeviceId) -> bool {
        match self {
            Self::Kind(kind) => device.kind() == kind,
            Self::One(one) => device == one,
        }
    }
}

impl fmt::Display for DeviceSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => kind.fmt(f),
            Self::One(device) => device.fmt(f),
        }
    }
}

impl FromStr for DeviceSelector {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "gpu" => Ok(Self::Kind(DeviceKind::Cuda)),
            _ => text.parse().map(Self::Kind).or_else(|_| text.parse().map(Self::One)).map_err(|_| UnknownName {
                what: "device",
                text: text.to_owned(),
                known: "cpu, cuda, gpu, cuda:0, cuda:1, …".to_owned(),
            }),
        }
    }
}

macro_rules! serde_as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}
serde_as_text!(DeviceId, DeviceSelector);

/// How programs read that a name is of something that only plays a device. People read it in their language.
const SIMULATED: &str = " (simulated)";

/// A product's name as programs read it, in CSV, in JSON and in older versions of Cotejo: with a mark where it is only
/// played.
pub fn marked(name: &str, simulated: bool) -> String {
    if simulated { format!("{name}{SIMULATED}") } else { name.to_owned() }
}

/// A product's name, and whether it carries the mark: version 0.1 kept it in the name, as well as beside it.
pub fn split_mark(name: &str) -> (&str, bool) {
    name.strip_suffix(SIMULATED).map_or((name, false), |name| (name, true))
}

/// Reads a product's name as records of any version have it, without the mark.
pub(crate) fn plain_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    Ok(split_mark(&name).0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_simulated_is_marked_for_programs() {
        for (name, simulated) in [("RTX", false), ("RTX", true), ("RTX (Ti)", false)] {
            assert_eq!(split_mark(&marked(name, simulated)), (name, simulated));
        }
    }

    #[test]
    fn devices_have_one_spelling() {
        assert_eq!("cuda:12".parse(), Ok(DeviceId::Cuda(12)));
        for bad in ["", "CPU", "cuda", "cuda:", "cuda:+1", "cuda:-1", "cuda:99999999999"] {
            assert!(bad.parse::<DeviceId>().is_err(), "{bad}");
        }
        assert_eq!("gpu".parse(), Ok(DeviceSelector::Kind(DeviceKind::Cuda)));
        assert!("cuda".parse::<DeviceSelector>().unwrap().matches(DeviceId::Cuda(3)));
        assert!(!"cuda:1".parse::<DeviceSelector>().unwrap().matches(DeviceId::Cuda(3)));
    }
}
