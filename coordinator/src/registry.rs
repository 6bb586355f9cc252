//! The agents that are connected now. What is known of a machine beyond that lies in the store.

use std::collections::HashMap;
use std::time::Duration;

use cotejo_model::frames::Progress;
use cotejo_model::session::{AgentCommand, Hello};
use cotejo_model::{Assignment, BootId, MachineId};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// The shortest time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Heartbeats a second at most, over all agents.
const HEARTBEATS_PER_SECOND: u32 = 50;

/// One stream of a machine's agent. A newer one of the same machine replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    /// The machine.
    pub machine: MachineId,
    /// Rises with every stream, across restarts of the coordinator as well.
    pub epoch: u64,
}

/// One connected agent.
#[derive(Debug)]
pub struct Live {
    /// The run of its process.
    pub boot: BootId,
    /// Which of the machine's streams this is.
    pub epoch: u64,
    /// How far its worker is.
    pub progress: Option<(Assignment, Progress)>,
    /// Milliseconds since 1970 of its last sign of life.
    pub seen_ms: u64,
    /// It gave a job back: no other one until then.
    pub paused_until: Option<Instant>,
    hostname: String,
    commands: mpsc::Sender<AgentCommand>,
}

/// Every connected agent, one stream a machine.
#[derive(Debug)]
pub struct Registry {
    live: HashMap<MachineId, Live>,
    epoch: u64,
}

impl Registry {
    /// An empty one. Epochs rise from the time of the start, so that they rise across restarts as well.
    pub fn new(started_ms: u64) -> Self {
        Self { live: HashMap::new(), epoch: started_ms }
    }

    /// An agent arrives; it must not be there already. Returns its stream.
    pub fn arrive(&mut self, hello: &Hello, commands: mpsc::Sender<AgentCommand>, now_ms: u64) -> Stream {
        self.epoch += 1;
        let live = Live {
            boot: hello.boot,
            epoch: self.epoch,
            progress: None,
            seen_ms: now_ms,
            paused_until: None,
            hostname: hello.capability.hostname.clone(),
            commands,
        };
        self.live.insert(hello.machine, live);
        Stream { machine: hello.machine, epoch: self.epoch }
    }

    /// The stream that this machine has, before another one replaces it. Two different hosts with one identity are a
    /// copied disk image, which a person must know.
    pub fn replaced_by(&self, hello: &Hello) -> Option<Stream> {
        let live = self.live.get(&hello.machine)?;
        if live.hostname != hello.capability.hostname {
            tracing::warn!(
                machine = %hello.machine, one = %live.hostname, other = %hello.capability.hostname,
                "two hosts use one identity, as after copying a disk image: delete the agent's data folder on one of them"
            );
        }
        Some(Stream { machine: hello.machine, epoch: live.epoch })
    }

    /// An agent is gone: the only way out. Returns it if this stream was still the machine's own.
    pub fn agent_lost(&mut self, stream: Stream) -> Option<Live> {
        self.live.get(&stream.machine).filter(|live| live.epoch == stream.epoch)?;
        self.live.remove(&stream.machine)
    }

    /// The agent behind this stream, unless a newer one has replaced it.
    pub fn current(&mut self, stream: Stream) -> Option<&mut Live> {
        self.live.get_mut(&stream.machine).filter(|live| live.epoch == stream.epoch)
    }

    /// The stream of this machine, if it has one.
    pub fn stream(&self, machine: MachineId) -> Option<Stream> {
        self.live.get(&machine).map(|live| Stream { machine, epoch: live.epoch })
    }

    /// The agent of this machine.
    pub fn get_mut(&mut self, machine: MachineId) -> Option<&mut Live> {
        self.live.get_mut(&machine)
    }

    /// Every connected machine.
    pub fn iter(&self) -> impl Iterator<Item = (MachineId, &Live)> {
        self.live.iter().map(|(machine, live)| (*machine, live))
    }

    /// Whether the machine is connected.
    pub fn is_online(&self, machine: MachineId) -> bool {
        self.live.contains_key(&machine)
    }

    /// Sends a command. An agent that does not read them is as good as gone: the caller ends its stream.
    pub fn send(&self, machine: MachineId, command: AgentCommand) -> bool {
        self.live.get(&machine).is_some_and(|live| live.commands.try_send(command).is_ok())
    }

    /// Ends every stream.
    pub fn clear(&mut self) {
        self.live.clear();
    }

    /// How often an agent is to say that it is alive: the more agents, the more seldom, and never so seldom that one
    /// late beat ends the lease. A random part keeps a class that starts together from beating together.
    pub fn heartbeat(&self, lease: Duration) -> Duration {
        let agents = u32::try_from(self.live.len()).unwrap_or(u32::MAX);
        let interval = HEARTBEAT.max(Duration::from_secs(1) * agents / HEARTBEATS_PER_SECOND);
        interval.mul_f64(1.0 + 0.1 * rand::random::<f64>()).min(lease / 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cotejo_samples::hello;

    #[test]
    fn a_newer_stream_replaces_an_older_one() {
        let mut registry = Registry::new(100);
        let (commands, _receiver) = mpsc::channel(1);
        let hello = hello("pc-1");
        assert_eq!(registry.replaced_by(&hello), None);
        let old = registry.arrive(&hello, commands.clone(), 1);
        assert_eq!(registry.replaced_by(&hello), Some(old));
        assert!(registry.agent_lost(old).is_some());
        let new = registry.arrive(&hello, commands, 2);
        assert!(new.epoch > old.epoch && old.epoch > 100);
        assert!(registry.current(old).is_none());
        assert!(registry.agent_lost(old).is_none(), "the old stream's end does not end the new one");
        assert!(registry.is_online(hello.machine));
    }

    #[test]
    fn an_agent_that_does_not_read_is_noticed() {
        let mut registry = Registry::new(0);
        let (commands, _receiver) = mpsc::channel(1);
        let hello = hello("pc-1");
        registry.arrive(&hello, commands, 1);
        let command = AgentCommand::Cancel(cotejo_samples::assignment());
        assert!(registry.send(hello.machine, command.clone()));
        assert!(!registry.send(hello.machine, command));
    }

    #[test]
    fn heartbeats_fit_the_lease_and_the_class() {
        let lease = Duration::from_secs(45);
        let mut registry = Registry::new(0);
        let one = registry.heartbeat(lease);
        assert!((HEARTBEAT..=HEARTBEAT.mul_f64(1.1)).contains(&one));
        assert_eq!(registry.heartbeat(Duration::from_secs(6)), Duration::from_secs(2));
        let (commands, _receiver) = mpsc::channel(1);
        for seat in 0..600 {
            registry.arrive(&hello(&format!("pc-{seat}")), commands.clone(), 1);
        }
        assert!(registry.heartbeat(lease) >= Duration::from_secs(12));
    }
}
