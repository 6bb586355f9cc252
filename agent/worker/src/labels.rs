//! From logits to answers: the most likely classes with their ImageNet names.

use cotejo_model::measurement::Answer;

/// The 1000 classes of ImageNet-1k in torchvision's order, one per line.
const LABELS: &str = include_str!("imagenet_labels.txt");
/// Number of answers in a measurement.
const ANSWERS: usize = 5;

/// The name of a class, 0 to 999.
pub fn label(class: usize) -> Option<&'static str> {
    LABELS.lines().nth(class)
}

/// The five largest logits of one image, best first, with their softmax over all classes; named where the weights
/// know classes. Logits must be finite.
pub fn top(logits: &[f32], named: bool) -> Vec<Answer> {
    let mut classes: Vec<usize> = (0..logits.len()).collect();
    classes.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]));
    let best = classes.first().map_or(0.0, |class| f64::from(logits[*class]));
    // Shifted by the largest, so that no exponential overflows.
    let exponential = |logit: f32| (f64::from(logit) - best).exp();
    let total: f64 = logits.iter().map(|logit| exponential(*logit)).sum();
    let answer = |class: &usize| Answer {
        class: u32::try_from(*class).unwrap_or(u32::MAX),
        label: named.then(|| label(*class)).flatten().map(str::to_owned),
        logit: logits[*class],
        #[allow(clippy::cast_possible_truncation, reason = "a probability needs no more digits")]
        probability: (exponential(logits[*class]) / total) as f32,
    };
    classes.iter().take(ANSWERS).map(answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_those_of_imagenet() {
        assert_eq!(LABELS.lines().count(), crate::models::CLASSES);
        assert_eq!(label(0), Some("tench"));
        assert_eq!(label(207), Some("golden retriever"));
        assert_eq!(label(999), Some("toilet tissue"));
        assert_eq!(label(1000), None);
    }

    #[test]
    fn the_best_five_come_first_with_their_share() {
        let mut logits = vec![0.0; 1000];
        (logits[7], logits[3], logits[999]) = (3000.0, 2999.0, -3000.0);
        let answers = top(&logits, true);
        assert_eq!(answers.iter().map(|answer| answer.class).collect::<Vec<_>>(), [7, 3, 0, 1, 2]);
        let e = std::f32::consts::E;
        assert!((answers[0].probability - e / (e + 1.0)).abs() < 1e-6);
        assert_eq!(answers[0].label.as_deref(), Some("cock"));
        assert_eq!(top(&logits, false)[0].label, None);
        assert_eq!(top(&[1.0], false).len(), 1);
    }
}
