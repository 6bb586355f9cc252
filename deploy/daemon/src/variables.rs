//! The environment, as all of Cotejo's programs read it. The names stand in `cotejo_model::variables`.

use std::ffi::OsString;

pub use cotejo_model::variables::*;

/// What this variable holds; none if it is not set, or set to nothing.
pub fn value_os(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// What this variable holds; none if it is not set, set to nothing, or not Unicode.
pub fn value(name: &str) -> Option<String> {
    value_os(name)?.into_string().ok()
}

/// The whole environment, as far as it is Unicode: what is not cannot be one of Cotejo's.
pub fn all() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
