//! What a shell and a manual need to know of the command line.

use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::args::{Cli, visible};
use crate::error::{Error, Exit};
use crate::message::Message;
use crate::output;

/// `cotejo completions`
pub(super) fn completions(shell: Shell) -> Result<Exit, Error> {
    output::print(script(shell))?;
    Ok(Exit::Ok)
}

fn script(shell: Shell) -> String {
    let mut command = visible();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    String::from_utf8(script).expect("a script for a shell is text")
}

/// `cotejo man`: the main page, or a file for each command.
pub(super) fn man(folder: Option<&Path>) -> Result<Exit, Error> {
    // What `help` says stands in the pages.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = folder else {
        output::print(&page(&command)?.text)?;
        return Ok(Exit::Ok);
    };
    let pages = pages(&command)?;
    std::fs::create_dir_all(folder).map_err(|error| output::cannot_make_folder(folder, &error))?;
    for page in &pages {
        // Those of another version are of no more use.
        output::write_file(&folder.join(&page.file), &page.text, true)?;
    }
    output::say(Message::new("news-wrote-pages").count("count", pages.len() as u64).with("folder", folder.display()));
    Ok(Exit::Ok)
}

/// A page of the manual.
struct Page {
    file: String,
    text: String,
}

/// A page for the command and for each of its own, but the hidden ones.
fn pages(command: &Command) -> Result<Vec<Page>, Error> {
    let mut all = vec![page(command)?];
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        all.extend(pages(below)?);
    }
    Ok(all)
}

fn page(command: &Command) -> Result<Page, Error> {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let examples = command.get_after_help().map(|help| examples(&help.to_string())).unwrap_or_default();
    let man = Man::new(command.clone().name(name.clone()).after_help(None::<&str>));
    let mut text = Vec::new();
    let cannot = |error: &dyn std::fmt::Display| {
        Error::failed(Message::new("problem-page").with("command", &name).with("error", error))
    };
    man.render(&mut text).map_err(|error| cannot(&error))?;
    let text = String::from_utf8(text).map_err(|error| cannot(&error))?;
    Ok(Page { file: man.get_filename(), text: with_title(&text, &name) + &examples })
}

/// The page with a title of its own: the date is left empty, so that a version always gives the same page, and an empty
/// argument must be written as one.
fn with_title(page: &str, name: &str) -> String {
    let title = format!(".TH {name} 1 \"\" \"cotejo {}\" Cotejo", env!("CARGO_PKG_VERSION"));
    page.lines().map(|line| if line.starts_with(".TH ") { title.as_str() } else { line }.to_owned() + "\n").collect()
}

/// What stands below a command's help, line by line as it stands there.
fn examples(help: &str) -> String {
    let mut section = Roff::new();
    section.control("SH", ["EXAMPLES"]).control("nf", []);
    for line in help.lines().filter(|line| *line != "Examples:") {
        section.text([roman(line)]);
    }
    section.control("fi", []).to_roff()
}
