//! Which instruction set is used.

use std::process::Command;

use cotejo_cpu::{BadInstructionSet, INSTRUCTION_SET_VARIABLE, InstructionSet};

#[test]
fn names_are_read_as_they_are_written() {
    let all = [InstructionSet::Avx512, InstructionSet::Avx2, InstructionSet::Neon, InstructionSet::Portable];
    for set in all {
        assert_eq!(set.to_string().parse(), Ok(set));
        assert_eq!(set.name(), set.to_string());
    }
    for name in ["", "AVX2", "avx", " portable", "sse2"] {
        let error = name.parse::<InstructionSet>().unwrap_err();
        assert_eq!(error, BadInstructionSet::Unknown(name.to_owned()));
        assert!(error.to_string().contains("choose one of avx512, avx2, neon, portable"), "{error}");
    }
}

#[test]
fn those_available_are_best_first_and_end_with_the_portable_one() {
    let available: Vec<_> = InstructionSet::available().collect();
    assert!(available.is_sorted());
    assert_eq!(available.last(), Some(&InstructionSet::Portable));
    assert!(available.iter().all(|set| set.is_available()));
}

/// Run by itself in a process whose environment names an instruction set.
#[test]
fn detection() {
    match InstructionSet::detect() {
        Ok(set) => println!("detected {set}"),
        Err(error) => println!("refused {error}"),
    }
}

/// What `detection` prints where the variable has this value.
fn detected(value: Option<&str>) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "instruction_set::detection", "--nocapture"]).env_remove(INSTRUCTION_SET_VARIABLE);
    command.envs(value.map(|value| (INSTRUCTION_SET_VARIABLE, value)));
    let output = command.output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[cfg_attr(miri, ignore = "starts processes")]
fn the_environment_may_name_one() {
    let best = InstructionSet::available().next().unwrap();
    for value in [None, Some("")] {
        assert!(detected(value).contains(&format!("detected {best}")));
    }
    for set in InstructionSet::available() {
        assert!(detected(Some(set.name())).contains(&format!("detected {set}")));
    }
    let unknown = detected(Some("mmx"));
    assert!(unknown.contains("refused COTEJO_INSTRUCTION_SET=mmx: no such instruction set"), "{unknown}");
    for set in [InstructionSet::Avx512, InstructionSet::Avx2, InstructionSet::Neon] {
        if !set.is_available() {
            let unavailable = detected(Some(set.name()));
            let expected = format!("refused COTEJO_INSTRUCTION_SET={set}: this processor has not got it; it has ");
            assert!(unavailable.contains(&expected), "{unavailable}");
        }
    }
}
