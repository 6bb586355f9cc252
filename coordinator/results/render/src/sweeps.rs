//! Which sweeps something was made from, so that two of the same name cannot be mixed up on paper.

use cotejo_language::Texts;
use cotejo_model::comparison::NamedSweep;

use crate::peers::date;
use crate::{clean, document::Block};

/// So many are named at most; a class's year has more than a reader wants to see.
const NAMED: usize = 4;

/// `Sweep: practice (2026-11-27, 1a2b3c4d)`, or the newest of several; nothing where there is none.
pub(crate) fn origin(sweeps: &[NamedSweep], texts: &Texts) -> Option<String> {
    match sweeps {
        [] => None,
        [one] => Some(texts.fill("sweeps-one", &[("sweep", one_of_its_name(one, texts).into())])),
        several => {
            let mut names: Vec<String> = several.iter().take(NAMED).map(|sweep| named(sweep, texts)).collect();
            let more = several.len().saturating_sub(NAMED);
            names.extend((more > 0).then(|| texts.fill("sweeps-more", &[("count", more.into())])));
            let arguments = [("count", several.len().into()), ("sweeps", names.join("; ").into())];
            Some(texts.fill("sweeps-several", &arguments))
        }
    }
}

/// The same as a paragraph.
pub(crate) fn paragraph(sweeps: &[NamedSweep], texts: &Texts) -> Option<Block> {
    origin(sweeps, texts).map(Block::Paragraph)
}

/// `practice (2026-11-27, 1a2b3c4d)`
fn named(sweep: &NamedSweep, texts: &Texts) -> String {
    let arguments =
        [("name", clean(&sweep.name).into()), ("date", date(sweep.created_ms).into()), ("id", sweep.id.short().into())];
    texts.fill("sweeps-named", &arguments)
}

/// The same, and whether others are called so too.
fn one_of_its_name(sweep: &NamedSweep, texts: &Texts) -> String {
    let named = named(sweep, texts);
    if sweep.namesakes < 2 {
        return named;
    }
    let which = if sweep.newer == 0 { "sweeps-newest" } else { "sweeps-older" };
    texts.fill(which, &[("sweep", named.into()), ("count", sweep.namesakes.into())])
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;
    use cotejo_model::SweepId;
    use uuid::Uuid;

    use super::*;

    fn sweep(number: u32, namesakes: u32, newer: u32) -> NamedSweep {
        let (id, name) = (SweepId(Uuid::from_u128(u128::from(number))), "practice".to_owned());
        NamedSweep { id, name, created_ms: 1_785_490_100_000, namesakes, newer }
    }

    fn said(sweeps: &[NamedSweep]) -> String {
        origin(sweeps, Texts::of(Language::English)).unwrap()
    }

    #[test]
    fn sweeps_of_one_name_can_be_told_apart() {
        assert_eq!(said(&[sweep(1, 1, 0)]), "Sweep: practice (2026-07-31, 00000001).");
        assert_eq!(said(&[sweep(3, 3, 0)]), "Sweep: practice (2026-07-31, 00000003), the newest of 3 of this name.");
        assert_eq!(said(&[sweep(2, 3, 1)]), "Sweep: practice (2026-07-31, 00000002), one of 3 of this name.");
    }

    #[test]
    fn many_sweeps_are_counted() {
        let sweeps: Vec<NamedSweep> = (1..=6).map(|number| sweep(number, 6, 0)).collect();
        let said = said(&sweeps);
        assert!(
            said.starts_with("6 sweeps, of each cell the newest time: practice (2026-07-31, 00000001); "),
            "{said}"
        );
        assert!(said.ends_with("00000004); and 2 more."), "{said}");
        assert_eq!(origin(&[], Texts::of(Language::English)), None);
    }
}
