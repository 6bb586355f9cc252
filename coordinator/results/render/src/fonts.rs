//! The fonts of pictures and pages: `DejaVu` Sans, cut down to the letters and signs that results use. `fonts/README.md` says
//! how they were made.

/// `DejaVu` Sans, a `TrueType` font.
pub const REGULAR: &[u8] = include_bytes!("../fonts/DejaVuSans.ttf");
/// `DejaVu` Sans Bold, a `TrueType` font.
pub const BOLD: &[u8] = include_bytes!("../fonts/DejaVuSans-Bold.ttf");
