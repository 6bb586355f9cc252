//! A rehearsal: a class of simulated PCs on this one, so that a teacher sees everything the day before. The coordinator,
//! the agents and their protocol are the real ones; what the PCs are and what their workers say is made up.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cotejo_channel::Address;
use cotejo_language::Texts;
use cotejo_model::comparison::GroupBy;
use cotejo_model::sweep::{Preset, SweepStatus};
use cotejo_model::{DeviceKind, DeviceSelector, Threads};
use cotejo_simulated::{Class, PlayedMachine, Seat};
use tempfile::TempDir;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::deliver;
use super::watch::{Followed, follow};
use crate::args::{DemoArgs, Global};
use crate::client::{Client, Which};
use crate::complete::complete;
use crate::draft::Draft;
use crate::embedded::{self, Store};
use crate::error::{Error, Exit};
use crate::fields::{BATCHES, DEVICES, MATMUL, NAME, PRESET, SEED, SIZES, THREADS};
use crate::files::{self, Checked};
use crate::interrupt::Interrupt;
use crate::message::Message;
use crate::{language, output};

/// Draws the class where no seed is given.
const CLASS_SEED: u64 = 1;
/// How long the agents may take to connect: a virus scanner may look at each of their workers.
const ONLINE_WITHIN: Duration = Duration::from_secs(60);
/// How often to look whether they have.
const ONLINE_POLL: Duration = Duration::from_millis(50);

/// `cotejo demo`
pub(super) async fn run(global: &Global, args: &DemoArgs) -> Result<Exit, Error> {
    let texts = language::texts(global.lang)?;
    // Whatever is wrong with what was asked for is found before anything is started.
    let checked: Vec<Checked> = drafts(args)
        .into_iter()
        .map(|draft| files::check(complete(draft, args.sweep.file.as_deref())?))
        .collect::<Result<_, Error>>()?;
    let mut interrupt = Interrupt::listen();
    let folder = Folder::open(args.keep.as_deref())?;
    let rehearsed = rehearse(folder.path(), args, checked, texts, &mut interrupt).await;
    let left = folder.leave(texts);
    let exit = rehearsed?;
    left?;
    Ok(exit)
}

/// What is measured: what the flags or the file say, or else what the practice, the charts and the analysis want. The
/// practice comes last: commands that name no sweep show the newest.
fn drafts(args: &DemoArgs) -> Vec<Draft> {
    let given = &args.sweep.draft;
    let seeded = |draft: Draft| draft.with(&SEED, seed(args));
    if args.sweep.file.is_some() || given.gives_more_than(&SEED) {
        let named = match own_name(args) {
            Some(name) if given.get(&NAME).is_none() => given.clone().with(&NAME, name),
            _ => given.clone(),
        };
        return vec![seeded(named)];
    }
    let small = Draft::default().with(&SIZES, vec![224]);
    let threads = small
        .clone()
        .with(&THREADS, [1, 2, 4].map(Threads::Exactly).to_vec())
        .with(&DEVICES, vec![DeviceSelector::Kind(DeviceKind::Cpu)]);
    let batches = small.with(&BATCHES, vec![1, 8, 32]);
    let products = Draft::default().with(&MATMUL, vec![2048]);
    let practice = Draft::default().with(&PRESET, Preset::Practice);
    [("threads", threads), ("batches", batches), ("products", products), ("practice", practice)]
        .map(|(name, draft)| seeded(draft.with(&NAME, simulated(name))))
        .to_vec()
}

/// What a sweep that flags describe is called; a file has a name.
fn own_name(args: &DemoArgs) -> Option<String> {
    let preset = args.sweep.draft.get(&PRESET).map_or("custom", |preset| preset.name());
    args.sweep.file.is_none().then(|| simulated(preset))
}

/// The name of a sweep that says what it is.
fn simulated(name: &str) -> String {
    format!("{name}-simulated")
}

fn seed(args: &DemoArgs) -> u64 {
    args.sweep.draft.get(&SEED).copied().unwrap_or(CLASS_SEED)
}

/// The agents start after the coordinator and end before it.
async fn rehearse(
    folder: &Path,
    args: &DemoArgs,
    checked: Vec<Checked>,
    texts: &Texts,
    interrupt: &mut Interrupt,
) -> Result<Exit, Error> {
    let store = Store::open_at(folder, args.listen).await?;
    let client = store.client();
    let machines = i64::from(args.agents);
    say(texts, "demo-begins", &[("machines", machines.into()), ("address", client.address().to_string().into())]);
    say(texts, "demo-pace", &[("pace", args.pace.to_string().into())]);
    let mut agents = Agents::start(folder, client.address(), args)?;
    let shown = tokio::select! {
        shown = show(client, args, checked, texts, interrupt) => shown,
        error = agents.broken() => Err(error),
    };
    let stopped = agents.stop().await;
    let closed = store.close().await;
    let exit = shown?;
    stopped?;
    closed?;
    Ok(exit)
}

/// Sweeps the class, prints its table, and stays until Ctrl-C.
async fn show(
    client: &Client,
    args: &DemoArgs,
    checked: Vec<Checked>,
    texts: &Texts,
    interrupt: &mut Interrupt,
) -> Result<Exit, Error> {
    let swept = tokio::select! {
        connected = connected(client, usize::from(args.agents)) => {
            connected?;
            sweep(client, checked, texts, interrupt).await?
        }
        () = interrupt.requested() => None,
    };
    let Some(last) = swept else {
        output::say(Message::new("news-interrupted-class"));
        return Ok(Exit::Interrupted);
    };
    let comparison = client.compare(Which::sweep(last.id), GroupBy::Size).await?;
    deliver::show(&comparison, texts)?;
    if !args.once {
        output::say(Message::words(format_args!("\n{}", suggestions(client.address(), &student(args), texts))));
        interrupt.requested().await;
    }
    Ok(Exit::Ok)
}

/// Waits until the whole class is there.
async fn connected(client: &Client, count: usize) -> Result<(), Error> {
    let mut online = 0;
    let look = async {
        while online < count {
            online = client.machines().await?.iter().filter(|machine| machine.online).count();
            tokio::time::sleep(ONLINE_POLL).await;
        }
        Ok(())
    };
    let looked = tokio::time::timeout(ONLINE_WITHIN, look).await;
    looked.unwrap_or_else(|_| {
        let seconds = ONLINE_WITHIN.as_secs();
        let message = Message::new("problem-simulated-late").with("online", online).with("count", count);
        Err(Error::failed(message.with("seconds", seconds)).with_help(Message::new("remedy-simulated-late")))
    })
}

/// Runs the sweeps one after another. Gives the last one, or none if a person asked to end.
async fn sweep(
    client: &Client,
    checked: Vec<Checked>,
    texts: &Texts,
    interrupt: &mut Interrupt,
) -> Result<Option<SweepStatus>, Error> {
    let total = checked.len();
    let mut last = None;
    for (number, checked) in (1_i64..).zip(checked) {
        let spec = checked.upload(client).await?;
        let status = client.start(spec).await?.status;
        let counts = [("number", number), ("total", whole(total as u64)), ("cells", whole(status.total()))];
        let counts = counts.map(|(name, count)| (name, count.into()));
        let rest = [("name", status.spec.name.clone().into()), ("machines", whole(status.machines).into())];
        say(texts, "demo-sweep", &[counts.as_slice(), rest.as_slice()].concat());
        match follow(client, status.id, interrupt).await? {
            Followed::Finished(status) => last = Some(*status),
            Followed::Interrupted => return Ok(None),
        }
    }
    Ok(last)
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn say(texts: &Texts, name: &str, arguments: &[(&str, cotejo_language::FluentValue<'_>)]) {
    output::say(Message::words(texts.fill(name, arguments)));
}

/// What can be tried on the class, by the text that says what it gives; `{student}` is a PC without a GPU.
const TO_TRY: &[(&str, &str)] = &[
    ("demo-try-machines", "machines list"),
    ("demo-try-results", "results --by machine"),
    ("demo-try-csv", "results --output results.csv"),
    ("demo-try-compare", "compare --machine {student}"),
    ("demo-try-analyze", "analyze"),
    ("demo-try-chart", "chart size"),
    ("demo-try-student", "report --machine {student} --output report.docx"),
    ("demo-try-report", "report --class --output class.html"),
    ("demo-try-sweep", "sweep start --sizes 128,256 --watch"),
];

/// Commands to try, with the class's address filled in.
fn suggestions(address: &Address, student: &str, texts: &Texts) -> String {
    let lines = TO_TRY.iter().map(|(says, line)| {
        let line = line.replace("{student}", student);
        format!("  {}\n    cotejo --coordinator {address} {line}", texts.say(says))
    });
    std::iter::once(texts.say("demo-stays")).chain(lines).collect::<Vec<_>>().join("\n")
}

/// The first PC without a GPU, or the first at all: whose report shows most.
fn student(args: &DemoArgs) -> String {
    let machines = Class::draw(seed(args), usize::from(args.agents)).machines;
    let without = machines.iter().find(|machine| machine.gpu.is_none()).or(machines.first());
    without.map(|machine| machine.name.clone()).unwrap_or_default()
}

/// Where the class's data lie.
enum Folder {
    /// Removed at the end.
    Passing(TempDir),
    /// Kept.
    Kept(PathBuf),
}

impl Folder {
    fn open(keep: Option<&Path>) -> Result<Self, Error> {
        let Some(folder) = keep else {
            let passing = tempfile::Builder::new().prefix("cotejo-demo-").tempdir();
            return passing.map(Self::Passing).map_err(|error| {
                Error::failed(Message::new("problem-demo-folder").with("error", error))
                    .with_help(Message::new("remedy-demo-folder"))
            });
        };
        let cannot = |error: std::io::Error| {
            Error::usage(Message::new("problem-use-folder").with("folder", folder.display()).with("error", error))
        };
        fs::create_dir_all(folder).map_err(cannot)?;
        if fs::read_dir(folder).map_err(cannot)?.next().is_some() {
            return Err(Error::usage(Message::new("problem-folder-filled").with("folder", folder.display()))
                .with_help(Message::new("remedy-folder-filled")));
        }
        Ok(Self::Kept(folder.to_owned()))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Passing(folder) => folder.path(),
            Self::Kept(folder) => folder,
        }
    }

    /// Removes it, or says how to look at it.
    fn leave(self, texts: &Texts) -> Result<(), Error> {
        match self {
            Self::Passing(folder) => {
                let path = folder.path().to_owned();
                let cannot = Message::new("problem-remove-folder").with("folder", path.display());
                folder.close().map_err(|error| Error::failed(cannot.with("error", error)))?;
                output::say(Message::new("demo-over"));
            }
            Self::Kept(folder) => {
                let command = format!("cotejo --data-dir {} results --local", folder.display());
                say(texts, "demo-kept", &[("command", command.into())]);
            }
        }
        Ok(())
    }
}

/// The agents of the simulated PCs, each with a data folder of its own.
struct Agents {
    stop: CancellationToken,
    running: JoinSet<Result<(), cotejo_agent::Error>>,
}

impl Agents {
    fn start(folder: &Path, coordinator: &Address, args: &DemoArgs) -> Result<Self, Error> {
        let (seed, class) = (seed(args), usize::from(args.agents));
        let mut agents = Self { stop: CancellationToken::new(), running: JoinSet::new() };
        for (machine, played) in Class::draw(seed, class).machines.iter().enumerate() {
            let config = cotejo_agent::Config {
                coordinator: coordinator.to_string(),
                worker: embedded::simulated_worker(Seat { class, seed, machine, pace: args.pace })?,
                ..config(folder, played)
            };
            agents.running.spawn(cotejo_agent::play(config, played.capability(), agents.stop.clone()));
        }
        Ok(agents)
    }

    /// Returns if one of them ends without having been told to.
    async fn broken(&mut self) -> Error {
        match self.running.join_next().await {
            Some(Ok(Err(error))) => Error::failed(error.message()),
            Some(Err(panic)) => broke_down(&panic),
            _ => Error::failed(Message::new("problem-simulated-ended")),
        }
    }

    /// Ends them, and their workers with them.
    async fn stop(mut self) -> Result<(), Error> {
        self.stop.cancel();
        while let Some(ended) = self.running.join_next().await {
            ended.map_err(|panic| broke_down(&panic))?.map_err(|error| Error::failed(error.message()))?;
        }
        Ok(())
    }
}

fn broke_down(panic: &JoinError) -> Error {
    Error::failed(Message::new("problem-simulated-broke").with("error", panic))
}

fn config(folder: &Path, played: &PlayedMachine) -> cotejo_agent::Config {
    cotejo_agent::Config {
        name: played.name.clone(),
        labels: played.labels(),
        data_dir: folder.join("agents").join(&played.name),
        ..cotejo_agent::Config::default()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use cotejo_language::Language;

    use super::*;
    use crate::args::{Cli, Verb};
    use crate::fields::RUNS;

    fn args(line: &str) -> DemoArgs {
        match Cli::try_parse_from(line.split(' ')).unwrap().verb {
            Verb::Demo(args) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_a_word_everything_that_is_shown_is_measured() {
        for line in ["cotejo demo", "cotejo demo --seed 7"] {
            let args = args(line);
            let drafts = drafts(&args);
            let names: Vec<_> = drafts.iter().map(|draft| draft.get(&NAME).cloned().unwrap()).collect();
            assert_eq!(names.last().map(String::as_str), Some("practice-simulated"), "the newest is shown by default");
            for draft in drafts {
                let spec = draft.resolve().unwrap().spec;
                assert!(spec.name.ends_with("-simulated"));
                assert_eq!(spec.seed, seed(&args));
            }
        }
    }

    #[test]
    fn flags_make_one_sweep() {
        let drafts = drafts(&args("cotejo demo --sizes 64 --runs 3"));
        assert_eq!(drafts.len(), 1);
        assert_eq!((drafts[0].get(&SIZES), drafts[0].get(&RUNS)), (Some(&vec![64]), Some(&3)));
        let name = |line: &str| super::drafts(&args(line)).remove(0).get(&NAME).cloned();
        assert_eq!(name("cotejo demo --sizes 64").as_deref(), Some("custom-simulated"));
        assert_eq!(name("cotejo demo --preset quick").as_deref(), Some("quick-simulated"));
        assert_eq!(name("cotejo demo --sizes 64 --name mine").as_deref(), Some("mine"));
    }

    #[test]
    fn bad_flags_are_refused() {
        for bad in ["--agents 0", "--agents 101", "--pace 0.5", "--pace nan", "--listen 0.0.0.0:1", "--listen 7420"] {
            assert!(Cli::try_parse_from(format!("cotejo demo {bad}").split(' ')).is_err(), "{bad}");
        }
        assert_eq!(args("cotejo demo --listen 127.0.0.1:7420").listen.unwrap().port(), 7420);
    }

    #[test]
    fn suggestions_are_commands_of_this_program() {
        for language in Language::ALL {
            let shown = suggestions(&"127.0.0.1:4321".parse().unwrap(), "pc-02", Texts::of(language));
            let commands: Vec<&str> = shown.lines().filter(|line| line.starts_with("    ")).map(str::trim).collect();
            assert_eq!(commands.len(), TO_TRY.len(), "{shown}");
            for command in commands {
                let cli = Cli::try_parse_from(command.split(' ')).unwrap();
                assert_eq!(cli.global.coordinator.as_deref(), Some("http://127.0.0.1:4321"));
            }
        }
    }

    #[test]
    fn a_folder_with_something_in_it_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let new = dir.path().join("new").join("class");
        assert!(matches!(Folder::open(Some(&new)), Ok(Folder::Kept(path)) if path == new && new.is_dir()));
        let error = Folder::open(Some(dir.path())).err().unwrap();
        assert_eq!(error.exit, Exit::Usage);
        assert!(error.to_string().contains("is not empty"), "{error}");
    }
}
