//! The two workers of a machine, and which of them serves which device.

use std::sync::atomic::{AtomicBool, Ordering};

use cotejo_model::frames::{Description, Library, Offer};
use cotejo_model::reason::DeviceReason;
use cotejo_model::{DeviceId, DeviceKind, Reason};

use crate::worker::{Unanswered, WorkerCommand};

/// The worker that starts on any PC, and the one that was built for NVIDIA GPUs. Both are one program: the plain one may
/// serve GPUs too, and does where the other is not there or does not start.
#[derive(Debug)]
pub struct Workers {
    plain: WorkerCommand,
    cuda: WorkerCommand,
    /// The worker for GPUs was asked and offers them.
    cuda_serves: AtomicBool,
}

/// What the workers offer, by kind of device, or why there is no worker for that kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Offers {
    /// What the plain worker says of itself.
    pub plain: Result<Description, Reason>,
    /// What the worker for GPUs says of itself; none where there is none.
    pub cuda: Option<Result<Description, Reason>>,
}

impl Workers {
    /// The workers with these programs.
    pub fn new(plain: WorkerCommand, cuda: WorkerCommand) -> Self {
        Self { plain, cuda, cuda_serves: AtomicBool::new(false) }
    }

    /// The worker for devices of this kind, as far as `describe` has found out.
    pub fn serving(&self, kind: DeviceKind) -> &WorkerCommand {
        match kind {
            DeviceKind::Cuda if self.cuda_serves.load(Ordering::Relaxed) => &self.cuda,
            _ => &self.plain,
        }
    }

    /// Asks both workers what they offer.
    pub async fn describe(&self) -> Offers {
        let cuda = async {
            if !self.cuda.program.exists() {
                return None;
            }
            Some(self.cuda.ask_description().await)
        };
        let (plain, cuda) = tokio::join!(self.plain.describe(), cuda);
        let cuda = match cuda {
            None => None,
            Some(Ok(description)) => Some(Ok(description)),
            Some(Err(Unanswered::Failed(failure))) => Some(Err(failure)),
            Some(Err(Unanswered::Unloaded(unloaded))) => {
                let libraries = self.plain.libraries().await.unwrap_or_default();
                Some(Err(unloaded.failure(&self.cuda.name(), &libraries)))
            }
        };
        let offers = Offers { plain, cuda };
        let serves = offers.cuda.as_ref().is_some_and(|cuda| offer(cuda, DeviceKind::Cuda).is_ok());
        self.cuda_serves.store(serves, Ordering::Relaxed);
        offers
    }

    /// The libraries that GPUs need, as the worker that serves them finds them.
    pub async fn libraries(&self) -> Result<Vec<Library>, Reason> {
        match self.serving(DeviceKind::Cuda).libraries().await {
            Err(_) if self.cuda_serves.load(Ordering::Relaxed) => self.plain.libraries().await,
            answer => answer,
        }
    }

    /// Has the worker that serves this device try it.
    pub(crate) async fn check(&self, device: DeviceId) -> Result<cotejo_model::frames::DeviceCheck, Reason> {
        self.serving(device.kind()).check(device).await
    }
}

impl Offers {
    /// What the worker that serves this kind offers.
    pub fn of(&self, kind: DeviceKind) -> Result<&Offer, Reason> {
        let plain = offer(&self.plain, kind);
        match (&self.cuda, kind) {
            (Some(cuda), DeviceKind::Cuda) => offer(cuda, kind).or_else(|why| plain.map_err(|_| why)),
            _ => plain,
        }
    }
}

fn offer(description: &Result<Description, Reason>, kind: DeviceKind) -> Result<&Offer, Reason> {
    let description = description.as_ref().map_err(Clone::clone)?;
    description
        .devices
        .iter()
        .find(|offer| offer.kind == kind)
        .ok_or_else(|| DeviceReason::KindNotBuilt { kind }.into())
}

#[cfg(test)]
mod tests {
    use cotejo_model::reason::LibraryReason;
    use cotejo_model::{Engine, Precision};

    use super::*;

    fn description(build: &str, kinds: &[DeviceKind]) -> Description {
        let offer = |kind: &DeviceKind| Offer {
            kind: *kind,
            engines: vec![if build == "plain" { Engine::Reference } else { Engine::Optimized }],
            precisions: vec![Precision::F32],
        };
        Description { build: build.to_owned(), devices: kinds.iter().map(offer).collect() }
    }

    #[test]
    fn gpus_are_served_by_the_better_worker_that_can() {
        use DeviceKind::{Cpu, Cuda};
        let engine = |offers: &Offers, kind| offers.of(kind).map(|offer| offer.engines[0]);
        let broken = Reason::from(LibraryReason::WorkerLacksSomething { worker: "cotejo-worker-cuda".to_owned() });
        let both =
            Offers { plain: Ok(description("plain", &[Cpu, Cuda])), cuda: Some(Ok(description("cuda", &[Cpu, Cuda]))) };
        assert_eq!(engine(&both, Cpu), Ok(Engine::Reference));
        assert_eq!(engine(&both, Cuda), Ok(Engine::Optimized));
        let fallen_back = Offers { cuda: Some(Err(broken.clone())), ..both.clone() };
        assert_eq!(engine(&fallen_back, Cuda), Ok(Engine::Reference));
        let none = Offers { plain: Ok(description("plain", &[Cpu])), cuda: Some(Err(broken.clone())) };
        assert_eq!(engine(&none, Cuda), Err(broken));
        let absent = Offers { cuda: None, ..none };
        assert_eq!(engine(&absent, Cuda), Err(DeviceReason::KindNotBuilt { kind: Cuda }.into()));
    }
}
