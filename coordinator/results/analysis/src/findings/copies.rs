//! What copying to and from the GPU costs.

use cotejo_model::comparison::Measured;
use cotejo_model::{DeviceKind, Task};

use super::groups::Group;
use super::{Basis, Finding};

/// Upload and download beside the whole of an inference.
#[derive(Debug, Clone, PartialEq)]
pub struct Copies {
    /// Of what.
    pub basis: Basis,
    /// Whose clock tells.
    pub clock: Clock,
    /// The shares, by size.
    pub shares: Vec<CopyShare>,
}

/// Whose clock the parts were timed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The GPU's own: between events that it recorded.
    Device,
    /// The host's, with what it adds to each part.
    Host,
}

/// The copies of one task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CopyShare {
    /// The task.
    pub task: Task,
    /// Seconds of copying the input to the device.
    pub upload: f64,
    /// Seconds of copying the output back.
    pub download: f64,
    /// Seconds of the forward pass, by the same clock.
    pub forward: f64,
}

impl CopyShare {
    /// Both copies over the whole, 0 to 1.
    pub fn share(&self) -> f64 {
        let copies = self.upload + self.download;
        copies / (copies + self.forward)
    }
}

pub(super) fn of(groups: &[Group<'_>]) -> Vec<Finding> {
    let of_gpus = groups.iter().filter(|group| group.basis.device == DeviceKind::Cuda);
    of_gpus.filter_map(|group| copies(group).map(Finding::Copies)).collect()
}

fn copies(group: &Group<'_>) -> Option<Copies> {
    let (_, placed) = group.over_sizes()?;
    // One clock for all of them: the device's, where all have it.
    let shares = |parts: fn(&Measured) -> Option<(f64, f64, f64)>| {
        let share = |entry: &cotejo_model::comparison::Entry, measured: &Measured| {
            let (upload, forward, download) = parts(measured)?;
            let task = entry.workload.task;
            (upload + forward + download > 0.0).then_some(CopyShare { task, upload, download, forward })
        };
        placed.iter().map(|(_, entry, measured)| share(entry, measured)).collect::<Option<Vec<_>>>()
    };
    let (clock, shares) = shares(by_device)
        .map(|shares| (Clock::Device, shares))
        .or_else(|| shares(by_host).map(|shares| (Clock::Host, shares)))?;
    Some(Copies { basis: group.basis.clone(), clock, shares })
}

fn by_device(measured: &Measured) -> Option<(f64, f64, f64)> {
    let events = measured.stages.events?;
    Some((seconds(events.upload_ns), seconds(events.forward_ns), seconds(events.download_ns)))
}

fn by_host(measured: &Measured) -> Option<(f64, f64, f64)> {
    let stages = measured.stages;
    Some((seconds(stages.upload_ns?), measured.summary.median, seconds(stages.download_ns?)))
}

fn seconds(ns: u64) -> f64 {
    ns as f64 * 1e-9
}
