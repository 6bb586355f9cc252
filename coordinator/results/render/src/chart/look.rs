//! What tells series apart: a colour, a mark and a line each, so that neither an eye that lacks a colour nor a grey print
//! mistakes one for another.

use super::{Role, Series};

/// Red, green and blue.
pub(super) type Colour = (u8, u8, u8);
/// Length of a dash and of the gap after it; none is a line without gaps.
type Dash = Option<(u32, u32)>;

/// How a series looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) colour: Colour,
    pub(super) mark: Mark,
    pub(super) dash: Dash,
    pub(super) width: u32,
}

/// What a point is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    Circle,
    Triangle,
    Square,
    Diamond,
    TriangleDown,
    Ring,
    Frame,
}

impl Mark {
    /// In a terminal.
    pub(super) fn letter(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Circle => "●",
            Self::Triangle => "▲",
            Self::Square => "■",
            Self::Diamond => "◆",
            Self::TriangleDown => "▼",
            Self::Ring => "○",
            Self::Frame => "□",
        }
    }
}

/// Okabe and Ito's colours for all kinds of colour vision, those of CPU and GPU first; without yellow, which a projector
/// washes out.
const BLUE: Colour = (0, 114, 178);
const VERMILLION: Colour = (213, 94, 0);
const OTHERS: [(Colour, Mark, Dash); 6] = [
    ((0, 158, 115), Mark::Square, None),
    ((230, 159, 0), Mark::Diamond, Some((18, 10))),
    ((204, 121, 167), Mark::TriangleDown, Some((8, 8))),
    ((86, 180, 233), Mark::Ring, None),
    ((0, 0, 0), Mark::Frame, Some((28, 10))),
    (BLUE, Mark::Circle, Some((4, 8))),
];

/// The dashes of further guides, where there are several.
const MORE_GUIDES: [(u32, u32); 2] = [(20, 8), (2, 8)];

impl Look {
    /// Of these series, one each.
    pub(super) fn of_all(series: &[Series]) -> Vec<Self> {
        let mut guides = 0;
        let look = |series: &Series| {
            let look = Self::of(series.role);
            if series.role != Role::Guide {
                return look;
            }
            guides += 1;
            match guides {
                1 => look,
                more => Self { dash: MORE_GUIDES.get(more - 2).copied().or(look.dash), ..look },
            }
        };
        series.iter().map(look).collect()
    }

    fn of(role: Role) -> Self {
        match role {
            Role::Cpu => Self { colour: BLUE, mark: Mark::Circle, dash: None, width: 5 },
            Role::Gpu => Self { colour: VERMILLION, mark: Mark::Triangle, dash: Some((18, 10)), width: 5 },
            Role::Guide => Self { colour: (90, 90, 90), mark: Mark::None, dash: Some((6, 8)), width: 3 },
            Role::Other(at) => {
                let (colour, mark, dash) = OTHERS[usize::from(at) % OTHERS.len()];
                Self { colour, mark, dash, width: 5 }
            }
        }
    }
}
