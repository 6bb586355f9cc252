//! Every environment variable that Cotejo's programs read, once. Empty ones count as not set. A daemon's own settings have
//! variables besides: `COTEJO__AGENT__` or `COTEJO__COORDINATOR__` and the key, with `__` between its levels.

/// The folder that all programs keep their data in: `cotejo` in it, the agent in `class/agent`, the coordinator in
/// `class/coordinator`. By default the platform's folder for local data.
pub const DATA_DIR: &str = "COTEJO_DATA_DIR";
/// The coordinator's address, as URL or `host:port`. The command line and the agent dial it; a coordinator listens there
/// if it is an address of this PC and no setting says otherwise.
pub const COORDINATOR: &str = "COTEJO_COORDINATOR";
/// The language of what people read, `en` or `es`. By default the system's.
pub const LANG: &str = "COTEJO_LANG";
/// What is logged: a level, or levels by part, such as `info,cotejo_worker=debug`.
pub const LOG: &str = "COTEJO_LOG";
/// The instruction set of the CPU engine, in place of the best that the processor has.
pub const INSTRUCTION_SET: &str = "COTEJO_INSTRUCTION_SET";

/// All of them, in the order in which the documentation lists them.
pub const ALL: [&str; 5] = [DATA_DIR, COORDINATOR, LANG, LOG, INSTRUCTION_SET];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_one_is_documented() {
        let documented = include_str!("../../../docs/settings.md");
        for name in ALL {
            assert!(documented.contains(&format!("| `{name}` |")), "docs/settings.md lacks {name}");
        }
    }
}
