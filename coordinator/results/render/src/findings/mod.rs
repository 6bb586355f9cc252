//! Findings as sentences, each with its figures.

mod crossover;
mod device;
mod say;
mod series;

#[cfg(test)]
mod tests;

use cotejo_analysis::findings::Finding;
use cotejo_analysis::peers::{PeerComparison, Third};
use cotejo_language::Texts;

use super::clean;
use super::document::{Block, Document};
use super::peers::{gpu_name, group};
use say::{Say, Sentence, Told};

/// What one machine's figures say.
#[derive(Debug, Clone, PartialEq)]
pub struct OfMachine {
    /// Its name.
    pub name: String,
    /// Its times beside GPU times, where there are any.
    pub peers: Option<PeerComparison>,
    /// What they say.
    pub findings: Vec<Finding>,
}

/// What the figures of these machines say, as a document of its own; `class` is what they say of each other.
pub fn document(texts: &Texts, machines: &[OfMachine], class: Vec<Block>, newest_ms: Option<u64>) -> Document {
    let simulated = machines.iter().flat_map(|machine| &machine.findings).any(Finding::is_simulated);
    let of_machine = |machine: &OfMachine| {
        let heading = Block::Heading { level: 1, text: clean(&machine.name) };
        let whose = machine.peers.as_ref().and_then(|peers| whose(texts, peers)).map(Block::Notice);
        [vec![heading], whose.into_iter().collect(), blocks(texts, &machine.findings, 2)].concat()
    };
    let rehearsal = simulated.then(|| Block::Notice(texts.say("rehearsal")));
    Document {
        title: texts.say("analysis-title"),
        language: texts.language(),
        dated_ms: newest_ms,
        watermark: simulated.then(|| texts.say("watermark")),
        blocks: rehearsal.into_iter().chain(machines.iter().flat_map(of_machine)).chain(class).collect(),
    }
}

/// What was found, then what cannot be told, under headings of this level.
pub fn blocks(texts: &Texts, findings: &[Finding], level: u8) -> Vec<Block> {
    let (unknown, known): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| matches!(finding, Finding::CannotTell(_)));
    let list = |heading: &str, findings: Vec<&Finding>| {
        let sentences: Vec<String> = findings.into_iter().map(|finding| sentence(texts, finding)).collect();
        let heading = Block::Heading { level, text: texts.say(heading) };
        if sentences.is_empty() { Vec::new() } else { vec![heading, Block::List(sentences)] }
    };
    [list("analysis-what", known), list("analysis-unknown", unknown)].concat()
}

/// Whose GPU the findings speak of, where it is not the PC's own.
pub fn whose(texts: &Texts, peers: &PeerComparison) -> Option<String> {
    match &peers.third {
        Third::Peer(peer) => {
            let who = [("group", group(texts, &peer.pseudonym).into()), ("gpu", gpu_name(texts, &peer.gpu).into())];
            Some(texts.fill("analysis-cpu-only", &who))
        }
        Third::Reference(times) => {
            let whose = [("gpu", clean(&times.device_name).into()), ("set", clean(&times.set).into())];
            Some(texts.fill("analysis-reference", &whose))
        }
        Third::Own(_) | Third::Nobody(_) => None,
    }
}

/// A finding in the reader's language.
pub fn sentence(texts: &Texts, finding: &Finding) -> String {
    let say = Say { texts };
    let sentence = match finding {
        Finding::Crossover(found) => found.told(say),
        Finding::Growth(found) => found.told(say),
        Finding::Throughput(found) => found.told(say),
        Finding::Scaling(found) => found.told(say),
        Finding::Copies(found) => found.told(say),
        Finding::FirstRun(found) => found.told(say),
        Finding::Rate(found) => found.told(say),
        Finding::CannotTell(what) => what.told(say),
    };
    let sentence = sentence.as_ref().map(Sentence::said).unwrap_or_default();
    if finding.is_simulated() { texts.fill("finding-simulated", &[("sentence", sentence.into())]) } else { sentence }
}
