//! How the system weighs speed against power.

use cotejo_language::Message;
use serde::{Deserialize, Serialize};

/// A setting of the system that may hold clocks down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PowerPlan {
    /// Linux: the frequency governor, and the driver that carries it out.
    Governor { name: String, driver: String },
    /// Linux: the firmware's profile.
    Profile(String),
    /// Windows: the active scheme.
    Scheme { guid: String, name: String },
}

/// What is set now.
#[cfg(target_os = "linux")]
pub(super) async fn find() -> Vec<PowerPlan> {
    tokio::task::spawn_blocking(|| linux(std::path::Path::new("/sys"))).await.unwrap_or_default()
}

/// What is set now.
#[cfg(windows)]
pub(super) async fn find() -> Vec<PowerPlan> {
    let asked = tokio::process::Command::new("powercfg").arg("/getactivescheme").kill_on_drop(true).output();
    let answer = tokio::time::timeout(std::time::Duration::from_secs(5), asked).await;
    let text = answer.ok().and_then(Result::ok).map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.as_deref().and_then(scheme).into_iter().collect()
}

/// What is set now.
#[cfg(not(any(target_os = "linux", windows)))]
pub(super) async fn find() -> Vec<PowerPlan> {
    Vec::new()
}

/// Every governor that a processor has, once, and the profile.
#[cfg(any(target_os = "linux", test))]
fn linux(sys: &std::path::Path) -> Vec<PowerPlan> {
    let read = |path: std::path::PathBuf| Some(std::fs::read_to_string(path).ok()?.trim().to_owned());
    let policies = std::fs::read_dir(sys.join("devices/system/cpu/cpufreq")).into_iter().flatten().flatten();
    let mut plans: Vec<PowerPlan> = policies
        .filter_map(|policy| {
            let name = read(policy.path().join("scaling_governor"))?;
            Some(PowerPlan::Governor { name, driver: read(policy.path().join("scaling_driver")).unwrap_or_default() })
        })
        .collect();
    plans.sort_by_key(|plan| format!("{plan:?}"));
    plans.dedup();
    plans.extend(read(sys.join("firmware/acpi/platform_profile")).map(PowerPlan::Profile));
    plans
}

/// The scheme in what `powercfg /getactivescheme` writes: the words before its identity are the user's language's.
#[cfg(any(windows, test))]
fn scheme(text: &str) -> Option<PowerPlan> {
    let is_guid = |word: &&str| word.len() == 36 && word.split('-').count() == 5;
    let guid = text.split_whitespace().find(is_guid)?;
    let (_, rest) = text.split_once(guid)?;
    let name = rest.trim().trim_start_matches('(').trim_end_matches(')');
    Some(PowerPlan::Scheme { guid: guid.to_ascii_lowercase(), name: name.to_owned() })
}

impl PowerPlan {
    /// Whether it holds the clocks down.
    pub(super) fn is_slow(&self) -> bool {
        /// Windows' power saver, by the identity that it has in every language.
        const POWER_SAVER: &str = "a1841308-3541-4fab-bc81-f71556f20b4a";
        match self {
            // These drivers' `powersave` follows the load, as `schedutil` does.
            Self::Governor { name, driver } => match name.as_str() {
                "powersave" => !(driver.starts_with("intel_pstate") || driver.starts_with("amd-pstate")),
                name => matches!(name, "conservative" | "userspace"),
            },
            Self::Profile(name) => matches!(name.as_str(), "low-power" | "quiet" | "cool"),
            Self::Scheme { guid, .. } => guid == POWER_SAVER,
        }
    }

    /// In a few words; Windows says its own.
    pub(super) fn found(&self) -> Message {
        match self {
            Self::Governor { name, driver } if driver.is_empty() => Message::new("doctor-governor").with("name", name),
            Self::Governor { name, driver } => {
                Message::new("doctor-governor-driver").with("name", name).with("driver", driver)
            }
            Self::Profile(name) => Message::new("doctor-profile").with("name", name),
            Self::Scheme { name, .. } => Message::words(name),
        }
    }

    /// The text that says how to let the clocks run.
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Self::Governor { .. } => "doctor-governor-remedy",
            Self::Profile(_) => "doctor-profile-remedy",
            Self::Scheme { .. } => "doctor-scheme-remedy",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_says_it_in_files() {
        let sys = tempfile::tempdir().unwrap();
        assert_eq!(linux(sys.path()), []);
        for (cpu, governor) in [(0, "schedutil"), (1, "powersave"), (2, "schedutil")] {
            let policy = sys.path().join(format!("devices/system/cpu/cpufreq/policy{cpu}"));
            std::fs::create_dir_all(&policy).unwrap();
            std::fs::write(policy.join("scaling_governor"), format!("{governor}\n")).unwrap();
            std::fs::write(policy.join("scaling_driver"), "acpi-cpufreq\n").unwrap();
        }
        std::fs::create_dir_all(sys.path().join("firmware/acpi")).unwrap();
        std::fs::write(sys.path().join("firmware/acpi/platform_profile"), "low-power\n").unwrap();
        let governor = |name: &str| PowerPlan::Governor { name: name.to_owned(), driver: "acpi-cpufreq".to_owned() };
        let profile = PowerPlan::Profile("low-power".to_owned());
        let plans = linux(sys.path());
        assert_eq!(plans, [governor("powersave"), governor("schedutil"), profile]);
        assert_eq!(plans.iter().map(PowerPlan::is_slow).collect::<Vec<_>>(), [true, false, true]);
    }

    #[test]
    fn some_drivers_powersave_is_not_slow() {
        for driver in ["intel_pstate", "amd-pstate-epp"] {
            let plan = PowerPlan::Governor { name: "powersave".to_owned(), driver: driver.to_owned() };
            assert!(!plan.is_slow(), "{plan:?}");
        }
    }

    #[test]
    fn windows_says_it_in_any_language() {
        let saver =
            scheme("GUID del plan de energía: a1841308-3541-4fab-bc81-f71556f20b4a  (Economizador)\r\n").unwrap();
        assert_eq!((saver.found().in_english().as_str(), saver.is_slow()), ("Economizador", true));
        let balanced = scheme("Power Scheme GUID: 381B4222-f694-41f0-9685-ff5bb260df2e  (Balanced)\r\n").unwrap();
        assert_eq!((balanced.found().in_english().as_str(), balanced.is_slow()), ("Balanced", false));
        assert_eq!(scheme("The power service is not running."), None);
    }
}
