//! How time follows the number of pixels.

use cotejo_model::stats::Estimate;

use super::groups::Group;
use super::{Basis, Finding, time};
use crate::fit;
use crate::key::Subject;

/// `time = factor * pixels ^ exponent`, fitted in logarithms.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// Of what.
    pub basis: Basis,
    /// Images in one forward.
    pub batch: u32,
    /// The sizes, from the smallest.
    pub sizes: Vec<u32>,
    /// 1 is time in proportion to the pixels; below, larger images are cheaper by the pixel.
    pub exponent: Estimate,
    /// Least and greatest exponent between neighbouring sizes, where there are more than two.
    pub between_neighbours: Option<(f64, f64)>,
}

pub(super) fn of(groups: &[Group<'_>]) -> Vec<Finding> {
    groups.iter().filter_map(|group| growth(group).map(Finding::Growth)).collect()
}

fn growth(group: &Group<'_>) -> Option<Growth> {
    if group.basis.subject == Subject::Product {
        return None;
    }
    let (batch, placed) = group.over_sizes()?;
    let points: Vec<(f64, Estimate)> =
        placed.iter().map(|(size, _, measured)| (f64::from(*size).powi(2), time(measured))).collect();
    let exponent = fit::exponent(&points)?;
    let steps: Vec<f64> = points.windows(2).filter_map(|pair| Some(fit::exponent(pair)?.value)).collect();
    let least = steps.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = steps.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(Growth {
        basis: group.basis.clone(),
        batch: batch?,
        sizes: placed.iter().map(|(size, ..)| *size).collect(),
        exponent,
        between_neighbours: (steps.len() > 1).then_some((least, greatest)),
    })
}
