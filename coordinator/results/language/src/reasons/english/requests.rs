//! What a coordinator does not do, and files of results.

use cotejo_model::reason::{BundleReason, RequestReason, StoreReason, UploadReason};

use super::{Sentences, bytes};
use crate::quantity::list;

pub(super) fn request(reason: &RequestReason) -> Sentences {
    match reason {
        RequestReason::FileNotUploaded { model, digest } => {
            let what = model.map_or_else(|| "the image".to_owned(), |model| format!("the weights of {model}"));
            Sentences::of(format!("{what} (blob {}) is not on the coordinator", digest.short()))
                .short("file not uploaded")
                .remedy("upload it first")
        }
        RequestReason::NoSweepYet => Sentences::of("there is no sweep yet")
            .remedy("cotejo local measures this PC, cotejo sweep start the PCs of a class"),
        RequestReason::UnknownSweep { text, newest } => {
            let said = Sentences::of(format!("there is no sweep {text}"));
            if newest.is_empty() { said } else { said.remedy(format!("the newest are: {}", list(newest))) }
        }
        RequestReason::NothingToExport => {
            Sentences::of("there is nothing to export yet: no cell of these sweeps has ended")
                .short("nothing to export")
        }
        RequestReason::TooManyReferences { count, most } => {
            Sentences::of(format!("{count} reference times at once; at most {most} are taken"))
        }
        RequestReason::BadReference { task, device, problem } => Sentences::of(format!(
            "the reference time of {task} on {device}: {}: {}",
            problem.field,
            super::reason(&problem.why).long
        ))
        .short("unsound reference time"),
        RequestReason::UnknownSet { set, known } => {
            let said = Sentences::of(format!("no set of reference times is called {set}"));
            said.remedy(if known.is_empty() {
                "there is none".to_owned()
            } else {
                format!("there are: {}", list(known))
            })
        }
        RequestReason::ShuttingDown => {
            Sentences::of("the coordinator is shutting down").remedy("a sweep goes on once it runs again")
        }
    }
}

pub(super) fn upload(reason: &UploadReason) -> Sentences {
    const AGAIN: &str = "upload it again";
    match reason {
        UploadReason::Missing { digest } => {
            Sentences::of(format!("there is no blob {digest}")).short("file not uploaded").remedy("upload it first")
        }
        UploadReason::TooLarge { has_bytes, most_bytes } => Sentences::of(format!(
            "the file has {}; this coordinator takes at most {}",
            bytes(*has_bytes),
            bytes(*most_bytes)
        ))
        .short("file too large")
        .remedy("raise its setting max_blob_mib"),
        UploadReason::BadOffset { offset, present } => {
            Sentences::of(format!("the upload starts at byte {offset}, and {present} bytes are there"))
                .short("upload out of step")
                .remedy("ask again and go on from there")
        }
        UploadReason::Overlong { announced_bytes } => {
            Sentences::of(format!("more than the announced {announced_bytes} bytes arrived"))
                .short("upload too long")
                .remedy(AGAIN)
        }
        UploadReason::EndedEarly => Sentences::of("the upload ended early; what arrived is kept")
            .short("upload ended early")
            .remedy("ask for its length and go on from there"),
        UploadReason::Damaged { digest } => Sentences::of(format!(
            "the content does not have the digest {digest}: the file was damaged on its way, or changed meanwhile"
        ))
        .short("upload damaged")
        .remedy(AGAIN),
        UploadReason::Busy { digest } => Sentences::of(format!("another upload of blob {digest} is under way"))
            .short("upload under way")
            .remedy("wait until it has ended"),
        UploadReason::NotKept { folder, detail } => Sentences::of(format!("cannot store files in {folder}: {detail}"))
            .short("files cannot be stored")
            .remedy("free some space there, or make the folder writable"),
    }
}

pub(super) fn store(reason: &StoreReason) -> Sentences {
    match reason {
        StoreReason::NotOpened { path, detail } => Sentences::of(format!("cannot open the database {path}: {detail}"))
            .short("database cannot be opened")
            .remedy("check that the folder can be written and the disk is not full"),
        StoreReason::Newer { path, found, known } => Sentences::of(format!(
            "the database {path} has schema {found}, and this coordinator knows schemas up to {known}"
        ))
        .short("database of a newer version")
        .remedy("install the version of Cotejo that wrote it, or a newer one"),
        StoreReason::Failed { detail } => {
            Sentences::of(format!("the database failed: {detail}")).short("the database failed")
        }
        StoreReason::Unreadable { detail } => {
            Sentences::of(format!("the database holds something that cannot be read: {detail}"))
                .short("unreadable database")
        }
    }
}

pub(super) fn bundle(reason: &BundleReason) -> Sentences {
    const AGAIN: &str = "copy or export it again";
    let senseless =
        |what: String| Sentences::of(format!("the bundle makes no sense: {what}")).short("senseless bundle");
    let damaged =
        |what: String| Sentences::of(format!("the bundle is damaged: {what}")).short("damaged bundle").remedy(AGAIN);
    match reason {
        BundleReason::Empty => Sentences::of("the file is empty"),
        BundleReason::NotABundle => {
            Sentences::of("this is not a bundle of Cotejo").remedy("cotejo results export --bundle FILE makes one")
        }
        BundleReason::Newer { found, known } => Sentences::of(format!(
            "the bundle has format {found}, and this version of Cotejo reads formats up to {known}"
        ))
        .short("bundle of a newer version")
        .remedy("install a newer one"),
        BundleReason::BadHeader => damaged("its first line was changed".to_owned()),
        BundleReason::TooLarge { has_bytes, most_bytes } => Sentences::of(format!(
            "the bundle has {} of records, at most {} are read",
            bytes(*has_bytes),
            bytes(*most_bytes)
        ))
        .short("bundle too large")
        .remedy("export fewer sweeps at once"),
        BundleReason::Truncated { found, expected } => {
            Sentences::of(format!("the bundle is cut off: {found} of {expected} bytes are there"))
                .short("damaged bundle")
                .remedy(AGAIN)
        }
        BundleReason::Overlong { more } => damaged(format!("{more} bytes follow its end")),
        BundleReason::OtherContent { expected, found } => {
            damaged(format!("its SHA-256 is {found}, and it should be {expected}"))
        }
        BundleReason::BadRecord { line, detail } => {
            Sentences::of(format!("line {line} of the bundle cannot be read: {detail}")).short("unreadable bundle")
        }
        BundleReason::NoMaker => senseless("its first record does not say who made it".to_owned()),
        BundleReason::TwoMakers => senseless("it says twice who made it".to_owned()),
        BundleReason::Twice { id } => senseless(format!("it has {id} twice")),
        BundleReason::NoSuchSweep { sweep } => {
            senseless(format!("it says how sweep {sweep} came, and has no such sweep"))
        }
        BundleReason::NoMachineOf { job } => senseless(format!("the machine of job {job} is not in it")),
        BundleReason::NoSweepOf { job } => senseless(format!("the sweep of job {job} is not in it")),
        BundleReason::BadJob { job, why } => senseless(format!("job {job}: {}", super::reason(why).long)),
        BundleReason::OtherMeasurement { job } => {
            senseless(format!("the measurement of job {job} is of something else"))
        }
        BundleReason::NoTime { job } => senseless(format!("job {job} has a sample that took no time")),
        BundleReason::NotFailed { job, state } => senseless(format!("job {job} failed and is {state}")),
    }
}
