//! The help of the commands in other languages than English: what its texts may name.

use cotejo_daemon::Help;
use cotejo_model::Model;
use cotejo_render::formats;

/// The help, whose texts name what the program's tables hold.
pub(crate) fn help() -> Help {
    let tables =
        [("endings", formats::endings()), ("languages", cotejo_language::languages()), ("models", Model::names())];
    Help { root: "help", tables: tables.to_vec() }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use cotejo_language::Language;

    use super::*;
    use crate::args::Cli;

    #[test]
    fn every_command_and_argument_has_its_spanish_help() {
        assert_eq!(help().untranslated(&Cli::command(), Language::Spanish), Vec::<String>::new());
    }

    #[test]
    fn the_translated_command_line_is_sound() {
        help().in_language(Cli::command(), Language::Spanish).debug_assert();
    }

    #[test]
    fn no_english_is_left_in_the_frame_of_a_help_page() {
        let mut command = help().in_language(Cli::command(), Language::Spanish);
        let page = command.render_long_help().to_string();
        for english in ["Usage:", "Options:", "Commands:", "Print help", "[default", "[possible", "[env"] {
            assert!(!page.contains(english), "{english} in\n{page}");
        }
    }
}
