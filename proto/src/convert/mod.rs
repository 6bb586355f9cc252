//! The only conversions between the wire and `cotejo-model`. Towards the wire they cannot fail (`From`); from it, every
//! bad value has a named error (`TryFrom`).

mod comparison;
mod gpu;
mod machine;
mod measurement;
mod session;
mod sweep;
mod tables;
mod transfer;
mod workload;

use std::fmt::Display;
use std::str::FromStr;

use cotejo_model::{FailureCode, Reason};

/// A message that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// A field that must be there is not.
    #[error("{field} is missing")]
    Missing {
        /// Its name in the `.proto` file.
        field: &'static str,
    },
    /// An enum's number that this version does not know.
    #[error("{field}: {value} is not a value that this version knows")]
    UnknownEnum {
        /// Its name in the `.proto` file.
        field: &'static str,
        /// The number.
        value: i32,
    },
    /// A value outside what it may be.
    #[error("{field}: {reason}")]
    Invalid {
        /// Its name in the `.proto` file.
        field: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// The field's value converted, or `Missing`.
fn required<W, M>(field: &'static str, value: Option<W>) -> Result<M, ConvertError>
where
    M: TryFrom<W>,
    ConvertError: From<M::Error>,
{
    Ok(value.ok_or(ConvertError::Missing { field })?.try_into()?)
}

/// The field's value converted, if it is there.
fn optional<W, M: TryFrom<W>>(value: Option<W>) -> Result<Option<M>, M::Error> {
    value.map(TryInto::try_into).transpose()
}

/// Every value converted.
fn all<W, M: TryFrom<W>>(values: Vec<W>) -> Result<Vec<M>, M::Error> {
    values.into_iter().map(TryInto::try_into).collect()
}

/// Every value converted; this way cannot fail.
fn each<M, W: From<M>>(values: Vec<M>) -> Vec<W> {
    values.into_iter().map(Into::into).collect()
}

/// The text read as an identity, a digest, a device.
fn parsed<T>(field: &'static str, text: &str) -> Result<T, ConvertError>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|error: T::Err| ConvertError::Invalid { field, reason: format!("`{text}`: {error}") })
}

/// The texts read likewise.
fn all_parsed<T>(field: &'static str, texts: &[String]) -> Result<Vec<T>, ConvertError>
where
    T: FromStr,
    T::Err: Display,
{
    texts.iter().map(|text| parsed(field, text)).collect()
}

/// A share, which must be a number from 0 to 1.
fn share(field: &'static str, value: f64) -> Result<f64, ConvertError> {
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else {
        Err(ConvertError::Invalid { field, reason: format!("{value} is not a share from 0 to 1") })
    }
}

/// A text of at most so many bytes.
fn bounded(field: &'static str, text: String, most: usize) -> Result<String, ConvertError> {
    if text.len() <= most {
        Ok(text)
    } else {
        Err(ConvertError::Invalid { field, reason: format!("has {} bytes, at most {most} are taken", text.len()) })
    }
}

/// What travels as JSON within a message.
fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("the model's types have text keys only")
}

/// Why there is no GPU, where an older version gives only words.
fn no_gpu(reason: Option<crate::v1::Failure>, words: Option<String>) -> Result<Option<Reason>, ConvertError> {
    match reason {
        Some(reason) => reason.try_into().map(Some),
        None => Ok(words.map(|words| Reason::quoted(FailureCode::NoGpu, words))),
    }
}

/// The number of an enum's value read as the model's.
fn enumerated<W, M>(field: &'static str, value: i32) -> Result<M, ConvertError>
where
    W: TryFrom<i32> + Known<M>,
{
    let unknown = ConvertError::UnknownEnum { field, value };
    W::try_from(value).ok().and_then(Known::known).ok_or(unknown)
}

/// The numbers of an enum's values read likewise.
fn all_enumerated<W, M>(field: &'static str, values: Vec<i32>) -> Result<Vec<M>, ConvertError>
where
    W: TryFrom<i32> + Known<M>,
{
    values.into_iter().map(|value| enumerated::<W, M>(field, value)).collect()
}

/// The numbers of these values on the wire.
fn numbers<W: Into<i32>, M: Into<W>>(values: Vec<M>) -> Vec<i32> {
    values.into_iter().map(|value| value.into().into()).collect()
}

/// A generated enum's value as the model's; none for `UNSPECIFIED`.
trait Known<M> {
    fn known(self) -> Option<M>;
}

/// Pairs each value of a model's enum with the generated one. `enums!(m::A = w::A { X = Y, … })`.
macro_rules! enums {
    ($($model:ty = $wire:ty { $($variant:ident = $generated:ident),+ $(,)? })+) => {$(
        impl From<$model> for $wire {
            fn from(value: $model) -> Self {
                match value { $(<$model>::$variant => Self::$generated,)+ }
            }
        }

        impl crate::convert::Known<$model> for $wire {
            fn known(self) -> Option<$model> {
                match self {
                    Self::Unspecified => None,
                    $(Self::$generated => Some(<$model>::$variant),)+
                }
            }
        }
    )+};
}
use enums;
