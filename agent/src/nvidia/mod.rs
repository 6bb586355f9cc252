//! The NVIDIA driver of this machine. Its management library is loaded only where it is installed, once, and asked off
//! the async threads: some of its answers take long.

mod driver;
pub mod fake;
mod watch;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cotejo_model::gpu::GpuState;
use nvml_wrapper::Nvml;
pub use nvml_wrapper::error::NvmlError;
use tokio::sync::oneshot;

pub use driver::{Access, CudaVersion, Described, Driver, Load};
pub(crate) use watch::Watch;

/// A driver that takes longer does not answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// A driver that hangs is not asked more than this.
const MAX_ASKING: usize = 8;
/// CUDA shows the GPUs that this variable names, in this order.
pub(crate) const VISIBLE: &str = "CUDA_VISIBLE_DEVICES";

type Open = dyn Fn() -> Result<Arc<dyn Driver>, NvmlError> + Send + Sync;

/// The driver, opened when it is first asked; one that cannot be opened is tried again the next time.
#[derive(Clone)]
pub struct Nvidia(Arc<Shared>);

struct Shared {
    open: Box<Open>,
    opened: Mutex<Option<Arc<dyn Driver>>>,
    /// Questions that the driver has not answered yet.
    asking: AtomicUsize,
    /// What `CUDA_VISIBLE_DEVICES` says.
    visible: Option<String>,
}

impl fmt::Debug for Nvidia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Nvidia").field(&self.0.opened).finish()
    }
}

/// What the driver lists.
#[derive(Debug)]
pub struct Inventory {
    /// The driver's version.
    pub driver: Option<String>,
    /// The newest CUDA that it can serve.
    pub cuda: Option<CudaVersion>,
    /// The GPUs by their numbers in CUDA.
    pub gpus: Vec<Result<Described, NvmlError>>,
    /// `CUDA_VISIBLE_DEVICES` names none of the driver's GPUs.
    pub all_hidden: bool,
}

impl Nvidia {
    /// The driver of this machine.
    pub fn of_this_machine() -> Self {
        let visible = std::env::var(VISIBLE).ok();
        Self::new(|| Nvml::init().map(|nvml| Arc::new(nvml) as Arc<dyn Driver>), visible)
    }

    /// A driver that is opened so, where `CUDA_VISIBLE_DEVICES` says this.
    pub fn new(
        open: impl Fn() -> Result<Arc<dyn Driver>, NvmlError> + Send + Sync + 'static,
        visible: Option<String>,
    ) -> Self {
        Self(Arc::new(Shared { open: Box::new(open), opened: Mutex::default(), asking: AtomicUsize::new(0), visible }))
    }

    /// The driver's GPUs as CUDA numbers them.
    pub async fn inventory(&self) -> Result<Inventory, NvmlError> {
        self.ask(|shared, driver| {
            let all = (0..driver.count()?).map(|gpu| driver.describe(gpu)).collect::<Vec<_>>();
            let order = shared.order(&all);
            let all_hidden = order.is_empty() && !all.is_empty();
            let mut all: Vec<_> = all.into_iter().map(Some).collect();
            Ok(Inventory {
                driver: driver.version().ok(),
                cuda: driver.cuda_version().ok().and_then(CudaVersion::from_number),
                gpus: order.into_iter().filter_map(|gpu| all[gpu as usize].take()).collect(),
                all_hidden,
            })
        })
        .await
    }

    /// The state of the GPU with this number in CUDA, where the driver knows it.
    pub(crate) async fn state(&self, gpu: u32) -> Option<GpuState> {
        self.ask(move |shared, driver| driver.state(shared.number(driver, gpu)?)).await.ok()
    }

    /// The driver's own number of the GPU with this number in CUDA.
    pub(crate) async fn number(&self, gpu: u32) -> Option<u32> {
        self.ask(move |shared, driver| shared.number(driver, gpu)).await.ok()
    }

    /// The clock of the GPU with this number in the driver.
    pub(crate) async fn load(&self, number: u32) -> Option<Load> {
        self.ask(move |_, driver| driver.load(number)).await.ok()
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Shared, &dyn Driver) -> Result<T, NvmlError> + Send + 'static,
    ) -> Result<T, NvmlError> {
        let shared = Arc::clone(&self.0);
        if shared.asking.fetch_add(1, Ordering::Relaxed) >= MAX_ASKING {
            shared.asking.fetch_sub(1, Ordering::Relaxed);
            return Err(NvmlError::Timeout);
        }
        let (sender, answer) = oneshot::channel();
        // Not one of the runtime's threads: the runtime waits for those at its end, and a driver may hang for ever.
        std::thread::spawn(move || {
            let answer = shared.driver().and_then(|driver| question(&shared, driver.as_ref()));
            shared.asking.fetch_sub(1, Ordering::Relaxed);
            // Nobody may wait any more.
            let _ = sender.send(answer);
        });
        match tokio::time::timeout(ANSWER_WITHIN, answer).await {
            Ok(Ok(answer)) => answer,
            // A library that panics answers nothing either.
            Ok(Err(_)) => Err(NvmlError::Unknown),
            Err(_) => Err(NvmlError::Timeout),
        }
    }
}

impl Shared {
    fn driver(&self) -> Result<Arc<dyn Driver>, NvmlError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(driver) = &*opened {
            return Ok(Arc::clone(driver));
        }
        let driver = (self.open)()?;
        *opened = Some(Arc::clone(&driver));
        Ok(driver)
    }

    fn number(&self, driver: &dyn Driver, gpu: u32) -> Result<u32, NvmlError> {
        let count = driver.count()?;
        let order = match &self.visible {
            None => (0..count).collect(),
            Some(_) => self.order(&(0..count).map(|gpu| driver.describe(gpu)).collect::<Vec<_>>()),
        };
        order.get(gpu as usize).copied().ok_or(NvmlError::NotFound)
    }

    fn order(&self, gpus: &[Result<Described, NvmlError>]) -> Vec<u32> {
        let uuids = gpus.iter().map(|gpu| gpu.as_ref().ok().and_then(|gpu| gpu.uuid.as_deref()));
        order(self.visible.as_deref(), &uuids.collect::<Vec<_>>())
    }
}

/// The driver's numbers of the GPUs that CUDA shows, in CUDA's order. They are named by number or by the beginning of
/// the UUID, and nothing counts from the first name on that names no GPU.
fn order(visible: Option<&str>, uuids: &[Option<&str>]) -> Vec<u32> {
    let Some(names) = visible else { return (0..).take(uuids.len()).collect() };
    let find = |name: &str| match name.parse::<usize>() {
        Ok(number) => (number < uuids.len()).then_some(number),
        Err(_) if name.starts_with("GPU-") => {
            uuids.iter().position(|uuid| uuid.is_some_and(|uuid| uuid.starts_with(name)))
        }
        Err(_) => None,
    };
    names.split(',').map_while(|name| find(name.trim())).filter_map(|number| number.try_into().ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_driver_that_hangs_is_given_up() {
        let nvidia = Nvidia::new(
            || {
                std::thread::park_timeout(Duration::from_secs(3600));
                Err(NvmlError::Unknown)
            },
            None,
        );
        for _ in 0..=MAX_ASKING {
            assert!(matches!(nvidia.inventory().await, Err(NvmlError::Timeout)));
        }
        assert_eq!(nvidia.0.asking.load(Ordering::Relaxed), MAX_ASKING);
    }

    #[test]
    fn cuda_shows_what_the_variable_names() {
        let uuids = [Some("GPU-aa11"), None, Some("GPU-bb22")];
        for (visible, expected) in [
            (None, vec![0, 1, 2]),
            (Some("2,0"), vec![2, 0]),
            (Some("GPU-bb, 1"), vec![2, 1]),
            (Some("1,7,0"), vec![1]),
            (Some(""), vec![]),
            (Some("-1"), vec![]),
            (Some("MIG-1"), vec![]),
        ] {
            assert_eq!(order(visible, &uuids), expected, "{visible:?}");
        }
    }

    #[tokio::test]
    async fn numbers_are_those_of_cuda() {
        let nvidia = fake::driver(vec![fake::gpu("first"), fake::gpu("second")], Some("1"));
        let inventory = nvidia.inventory().await.unwrap();
        let names = inventory.gpus.iter().map(|gpu| gpu.as_ref().unwrap().name.as_str()).collect::<Vec<_>>();
        assert_eq!((names, inventory.all_hidden), (vec!["second"], false));
        assert_eq!((nvidia.number(0).await, nvidia.number(1).await), (Some(1), None));
        assert!(fake::driver(vec![fake::gpu("first")], Some("")).inventory().await.unwrap().all_hidden);
    }

    #[tokio::test]
    async fn a_driver_that_comes_later_is_found() {
        let there = Arc::new(AtomicBool::new(false));
        let (fake, seen) = (fake::FakeDriver::new(vec![fake::gpu("late")]), Arc::clone(&there));
        let open = move || {
            let driver = seen.load(Ordering::Relaxed).then(|| Arc::new(fake.clone()) as Arc<dyn Driver>);
            driver.ok_or(NvmlError::DriverNotLoaded)
        };
        let nvidia = Nvidia::new(open, None);
        assert!(matches!(nvidia.inventory().await, Err(NvmlError::DriverNotLoaded)));
        assert_eq!(nvidia.state(0).await, None);
        there.store(true, Ordering::Relaxed);
        assert_eq!(nvidia.inventory().await.unwrap().gpus.len(), 1);
    }
}
