//! Mains or battery.

use cotejo_model::machine::PowerSource;
use starship_battery::{Manager, State};

/// What feeds the machine now.
pub(crate) fn source() -> PowerSource {
    judge(states().unwrap_or_default())
}

/// The states of the machine's batteries; none where the system does not say.
fn states() -> Option<Vec<State>> {
    Some(Manager::new().ok()?.batteries().ok()?.flatten().map(|battery| battery.state()).collect())
}

/// One battery that gives power is enough; one that only takes it, or rests, means mains.
fn judge(states: Vec<State>) -> PowerSource {
    states.into_iter().fold(PowerSource::Unknown, |so_far, state| match state {
        State::Discharging | State::Empty => PowerSource::Battery,
        State::Charging | State::Full | State::Paused if so_far == PowerSource::Unknown => PowerSource::Ac,
        _ => so_far,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batteries_tell_the_source() {
        assert_eq!(judge(vec![]), PowerSource::Unknown);
        assert_eq!(judge(vec![State::Unknown]), PowerSource::Unknown);
        assert_eq!(judge(vec![State::Unknown, State::Full]), PowerSource::Ac);
        assert_eq!(judge(vec![State::Discharging, State::Full]), PowerSource::Battery);
        assert_eq!(judge(vec![State::Full, State::Discharging]), PowerSource::Battery);
        assert_eq!(judge(vec![State::Paused]), PowerSource::Ac);
    }
}
