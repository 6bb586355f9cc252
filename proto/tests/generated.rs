//! The committed code is what the `.proto` files give. `COTEJO_REGENERATE=1 cargo test -p cotejo-proto` rewrites it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use prost::Message as _;

#[test]
fn committed_code_is_what_the_proto_files_give() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["agent", "api", "comparison", "machine", "measurement", "transfer", "workload"];
    let descriptors = protox::compile(files.map(|file| format!("cotejo/v1/{file}.proto")), [root]).unwrap();
    let out = tempfile::tempdir().unwrap();
    fs::write(out.path().join("descriptor.bin"), descriptors.encode_to_vec()).unwrap();
    tonic_prost_build::configure().out_dir(out.path()).compile_fds(descriptors).unwrap();

    let committed = root.join("src/gen");
    if std::env::var_os("COTEJO_REGENERATE").is_some() {
        for (name, content) in read(out.path()) {
            fs::write(committed.join(name), content).unwrap();
        }
    }
    let (made, committed) = (read(out.path()), read(&committed));
    assert_eq!(made.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, content) in made {
        assert!(content == committed[&name], "{name} is not what the .proto files give: set COTEJO_REGENERATE=1");
    }
}

/// Files by name; text without carriage returns, since a checkout may add them.
fn read(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            let mut content = fs::read(entry.path()).unwrap();
            if entry.path().extension().is_some_and(|extension| extension == "rs") {
                content.retain(|byte| *byte != b'\r');
            }
            (name, content)
        })
        .collect()
}
