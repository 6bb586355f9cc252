use std::collections::BTreeSet;

use super::*;

#[test]
fn every_reason_travels_as_json_and_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for reason in Reason::examples() {
        let text = serde_json::to_string(&reason).unwrap();
        assert_eq!(serde_json::from_str::<Reason>(&text).unwrap(), reason, "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["reason"], reason.name());
        assert_eq!(value["code"], reason.code().name());
        names.insert(reason.name());
    }
    let groups = [
        names_of(&JobReason::examples(), JobReason::name),
        names_of(&FileReason::examples(), FileReason::name),
        names_of(&ImageReason::examples(), ImageReason::name),
        names_of(&WeightsReason::examples(), WeightsReason::name),
        names_of(&MemoryReason::examples(), MemoryReason::name),
        names_of(&DeviceReason::examples(), DeviceReason::name),
        names_of(&DriverReason::examples(), DriverReason::name),
        names_of(&GpuReason::examples(), GpuReason::name),
        names_of(&LibraryReason::examples(), LibraryReason::name),
        names_of(&AnswerReason::examples(), AnswerReason::name),
        names_of(&StartReason::examples(), StartReason::name),
        names_of(&CheckReason::examples(), CheckReason::name),
        names_of(&WorkerReason::examples(), WorkerReason::name),
        names_of(&BlobReason::examples(), BlobReason::name),
        names_of(&EndReason::examples(), EndReason::name),
        names_of(&FieldReason::examples(), FieldReason::name),
        names_of(&PlanReason::examples(), PlanReason::name),
        names_of(&RequestReason::examples(), RequestReason::name),
        names_of(&UploadReason::examples(), UploadReason::name),
        names_of(&StoreReason::examples(), StoreReason::name),
        names_of(&BundleReason::examples(), BundleReason::name),
        names_of(&Relayed::examples(), Relayed::name),
    ];
    assert_eq!(groups.iter().sum::<usize>(), names.len(), "a name stands for two reasons");
}

fn names_of<R>(reasons: &[R], name: impl Fn(&R) -> &'static str) -> usize {
    reasons.iter().map(name).collect::<BTreeSet<_>>().len()
}

#[test]
fn every_code_is_that_of_some_reason_with_facts() {
    let is_quoted = |reason: &Reason| matches!(reason, Reason::Relayed(Relayed::Quoted { .. }));
    let found: BTreeSet<_> = Reason::examples().iter().filter(|reason| !is_quoted(reason)).map(Reason::code).collect();
    assert_eq!(found.len(), FailureCode::ALL.len());
}

#[test]
fn a_log_line_has_the_name_and_the_facts() {
    let old: Reason = DriverReason::TooOld { serves: "11.1".to_owned(), needs: "12.6".to_owned() }.into();
    assert_eq!(old.to_string(), "driver_too_old needs=12.6 serves=11.1");
    let none: Reason = DriverReason::NoGpu { driver: None }.into();
    assert_eq!(none.to_string(), "no_gpu");
    assert_eq!(none.in_file("a.pth").to_string(), "in_file path=a.pth why=(no_gpu)");
    assert_eq!(Reason::quoted(FailureCode::Storage, "the disk is full").to_string(), "the disk is full");
}

#[test]
fn failures_of_older_records_read_as_quotations() {
    let read = |text: &str| serde_json::from_str::<Reason>(text).unwrap();
    let old = read(
        r#"{"code":"driver_too_old","message":"the NVIDIA driver serves CUDA 11.1, the libraries are of CUDA 12.6",
            "remedy":"install a driver for CUDA 12 or later from nvidia.com/drivers"}"#,
    );
    let expected = Relayed::Quoted {
        code: FailureCode::DriverTooOld,
        text: "the NVIDIA driver serves CUDA 11.1, the libraries are of CUDA 12.6".to_owned(),
        remedy: "install a driver for CUDA 12 or later from nvidia.com/drivers".to_owned(),
    };
    assert_eq!((old.code(), &old), (FailureCode::DriverTooOld, &Reason::from(expected)));
    assert_eq!(read(&serde_json::to_string(&old).unwrap()), old);
    let none = read(r#""no NVIDIA GPU found (driver 550.54)""#);
    assert_eq!(none, Reason::quoted(FailureCode::NoGpu, "no NVIDIA GPU found (driver 550.54)"));
}

#[test]
fn a_newer_neighbours_reason_is_quoted_with_its_code() {
    let read = |text: &str| serde_json::from_str::<Reason>(text);
    let newer = read(r#"{"reason":"gpu_melted","code":"device_unavailable","kelvin":1600}"#).unwrap();
    assert_eq!(newer, Reason::quoted(FailureCode::DeviceUnavailable, "gpu_melted kelvin=1600"));
    let other_facts = read(r#"{"reason":"driver_too_old","code":"driver_too_old","serves":11}"#).unwrap();
    assert_eq!(other_facts, Reason::quoted(FailureCode::DriverTooOld, "driver_too_old serves=11"));
    let newer_code = read(r#"{"reason":"gpu_melted","code":"melted"}"#).unwrap();
    assert_eq!(newer_code.code(), FailureCode::Internal);
    assert!(read("7").is_err() && read("{}").is_err());
}

#[test]
fn a_reason_is_small_enough_to_be_returned() {
    assert!(size_of::<Reason>() <= 120, "{}", size_of::<Reason>());
}
