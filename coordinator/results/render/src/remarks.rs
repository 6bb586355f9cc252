//! What is too long for a cell stands below the table, with a mark in its place.

/// Remarks below a table, each once.
#[derive(Debug, Default)]
pub(crate) struct Remarks(Vec<String>);

impl Remarks {
    /// The mark of this remark: `(1)`.
    pub(crate) fn mark(&mut self, remark: String) -> String {
        let at = self.0.iter().position(|known| *known == remark).unwrap_or_else(|| {
            self.0.push(remark);
            self.0.len() - 1
        });
        format!("({})", at + 1)
    }

    /// The remarks behind their marks, a line each.
    pub(crate) fn into_lines(self) -> Vec<String> {
        self.0.into_iter().enumerate().map(|(at, remark)| format!("({}) {remark}", at + 1)).collect()
    }
}
