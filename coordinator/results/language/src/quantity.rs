//! Quantities as people write them.

use crate::{Language, Texts};

/// Bytes, such as `7.8 GiB`.
pub fn bytes(bytes: u64, language: Language) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    let decimals = usize::from(unit > 0 && value < 100.0);
    number(&format!("{value:.decimals$} {}", units[unit]), language)
}

/// A figure of which only the magnitude matters, such as `3.1e-2`.
pub fn magnitude(figure: f64, language: Language) -> String {
    number(&format!("{figure:.1e}"), language)
}

/// A limit of time, such as `0.1 s` or `24 h`.
pub fn duration(milliseconds: u64, language: Language) -> String {
    const HOUR_MS: u64 = 3_600_000;
    match milliseconds {
        0 => "0 s".to_owned(),
        hours if hours % HOUR_MS == 0 => format!("{} h", hours / HOUR_MS),
        other => number(&format!("{} s", other as f64 / 1000.0), language),
    }
}

/// A written number with the decimal sign of the language.
pub fn number(written: &str, language: Language) -> String {
    Texts::of(language).number(written).into_owned()
}

/// `a, b, c`
pub fn list<T: std::fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_a_unit_and_two_or_three_digits() {
        let english = |count| bytes(count, Language::English);
        assert_eq!(english(0), "0 B");
        assert_eq!(english(512 << 20), "512 MiB");
        assert_eq!(english(8_375_186_227), "7.8 GiB");
        assert_eq!(english(u64::MAX), "16.0 EiB");
        assert_eq!(bytes(8_375_186_227, Language::Spanish), "7,8 GiB");
        assert_eq!(magnitude(0.031, Language::Spanish), "3,1e-2");
    }

    #[test]
    fn limits_of_time_have_the_unit_that_fits() {
        let spanish = |ms| duration(ms, Language::Spanish);
        assert_eq!(
            [0, 100, 1000, 90_000, 3_600_000, 86_400_000].map(spanish),
            ["0 s", "0,1 s", "1 s", "90 s", "1 h", "24 h"]
        );
    }
}
