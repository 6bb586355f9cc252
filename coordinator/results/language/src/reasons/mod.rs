//! What is said of a reason, in every language. Each language says every reason: one without its sentence does not
//! compile.

mod english;
mod spanish;

use cotejo_model::Reason;
use cotejo_model::comparison::Absence;

use crate::{Language, Texts};

/// A reason in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentences {
    /// What is wrong, in as few words as a table's cell has room for.
    pub short: String,
    /// What happened, and where: a sentence without a capital and a full stop.
    pub long: String,
    /// What a person can do about it, where there is something.
    pub remedy: Option<String>,
}

impl Sentences {
    /// One sentence for every place.
    fn of(long: impl Into<String>) -> Self {
        let long = long.into();
        Self { short: long.clone(), long, remedy: None }
    }

    fn short(self, short: impl Into<String>) -> Self {
        Self { short: short.into(), ..self }
    }

    fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }
}

/// This reason in this language.
pub fn reason(reason: &Reason, language: Language) -> Sentences {
    match language {
        Language::English => english::reason(reason),
        Language::Spanish => spanish::reason(reason),
    }
}

/// What stands in a table where there is nothing else, in few words.
pub fn absence(absence: &Absence, language: Language) -> String {
    match (absence, language) {
        (Absence::Because { why }, _) => reason(why, language).short,
        (_, Language::English) => english::absence(absence).to_owned(),
        (_, Language::Spanish) => spanish::absence(absence).to_owned(),
    }
}

impl Texts {
    /// A reason in this language.
    pub fn reason(&self, reason: &Reason) -> Sentences {
        self::reason(reason, self.language())
    }

    /// What stands in a table where there is nothing else.
    pub fn absence(&self, absence: &Absence) -> String {
        self::absence(absence, self.language())
    }
}

#[cfg(test)]
mod tests;
