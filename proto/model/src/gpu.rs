//! What is known of a GPU: what it is, and what state it is in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::named::UnknownName;
use crate::workload::Precision;

/// NVIDIA's number of a GPU's generation and instruction set, such as 8.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ComputeCapability {
    /// The generation.
    pub major: u32,
    /// Within it.
    pub minor: u32,
}

impl ComputeCapability {
    /// The precisions that GPUs of this capability compute in, with hardware for them: TF32 and bf16 need Ampere.
    pub fn precisions(self) -> Vec<Precision> {
        let ampere = self.major >= 8;
        let has = |precision: &Precision| match precision {
            Precision::F32 => true,
            Precision::F16 => (self.major, self.minor) >= (5, 3),
            Precision::Tf32 | Precision::Bf16 => ampere,
        };
        Precision::ALL.iter().copied().filter(has).collect()
    }
}

impl fmt::Display for ComputeCapability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for ComputeCapability {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let number = |digits: &str| digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
        let parsed = text.split_once('.').and_then(|(major, minor)| Some((number(major)?, number(minor)?)));
        parsed.map(|(major, minor)| Self { major, minor }).ok_or_else(|| UnknownName {
            what: "compute capability",
            text: text.to_owned(),
            known: "7.5, 8.6, 8.9, …".to_owned(),
        })
    }
}

impl Serialize for ComputeCapability {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ComputeCapability {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What changes with a GPU's load, as its driver says; what a driver does not say is missing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GpuState {
    /// Of the multiprocessors, in MHz.
    pub clock_mhz: Option<u32>,
    /// Of the memory, in MHz.
    pub memory_clock_mhz: Option<u32>,
    /// In degrees Celsius.
    pub temperature_c: Option<u32>,
    /// What it draws, in watts.
    pub power_w: Option<f64>,
    /// What it may draw, in watts.
    pub power_limit_w: Option<f64>,
    /// Why its clock is held down, in NVML's words.
    pub throttle_reasons: Vec<String>,
    /// Memory in use by all processes, in bytes.
    pub memory_used_bytes: Option<u64>,
}

/// The GPU of a measurement.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GpuRecord {
    /// Its generation.
    pub compute_capability: Option<ComputeCapability>,
    /// Its memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// The driver's version.
    pub driver: Option<String>,
    /// The version of the CUDA libraries that the worker used.
    pub cuda: Option<String>,
    /// The version of cuDNN.
    pub cudnn: Option<String>,
    /// Just before the job.
    pub before: Option<GpuState>,
    /// Just after the job.
    pub after: Option<GpuState>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_have_one_spelling_and_an_order() {
        let ada: ComputeCapability = "8.9".parse().unwrap();
        assert_eq!(ada, ComputeCapability { major: 8, minor: 9 });
        assert!("12.0".parse::<ComputeCapability>().unwrap() > ada);
        for bad in ["", "8", "8.", ".6", "8.6a", "-1.0", "+8.6"] {
            assert!(bad.parse::<ComputeCapability>().is_err(), "{bad}");
        }
    }

    #[test]
    fn precisions_are_those_of_the_generation() {
        let of = |major, minor| ComputeCapability { major, minor }.precisions();
        assert_eq!(of(5, 0), [Precision::F32]);
        assert_eq!(of(7, 5), [Precision::F32, Precision::F16]);
        assert_eq!(of(8, 0), Precision::ALL);
    }
}
