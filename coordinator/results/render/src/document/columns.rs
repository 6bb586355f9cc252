//! How wide the columns of a table become on paper.

use super::{Cell, Kind, Table, Tone, lines};

/// The width of each column, and whether no word or figure has to be broken for it.
#[derive(Debug, PartialEq)]
pub(super) struct Widths {
    pub(super) columns: Vec<f32>,
    pub(super) fit: bool,
}

/// Shares `room` among the columns of a table. `measure` says how wide a text is, and whether it is bold; `padding` is
/// what a column needs beside its text.
pub(super) fn widths(table: &Table, room: f32, padding: f32, measure: &dyn Fn(&str, bool) -> f32) -> Widths {
    let needs: Vec<Need> = (0..table.heads.len()).map(|at| Need::of(table, at, padding, measure)).collect();
    let (least, most): (f32, f32) = needs.iter().fold((0.0, 0.0), |sum, need| (sum.0 + need.least, sum.1 + need.most));
    // Where not even words fit, columns that ask for less than their part get it, and the others share what remains.
    let part = room / needs.len().max(1) as f32;
    let (modest, greedy): (Vec<&Need>, Vec<&Need>) = needs.iter().partition(|need| need.least <= part);
    let rest = room - modest.iter().map(|need| need.least).sum::<f32>();
    let asked: f32 = greedy.iter().map(|need| need.least).sum();
    let share = |need: &Need| {
        if least > room {
            if need.least <= part { need.least } else { need.least * rest / asked }
        } else if most > room {
            need.least + (room - least) * (need.most - need.least) / (most - least)
        } else {
            need.most * room / most
        }
    };
    Widths { columns: needs.iter().map(share).collect(), fit: least <= room }
}

/// What a column asks for.
struct Need {
    /// So that no word or figure is broken.
    least: f32,
    /// So that no line is.
    most: f32,
}

impl Need {
    fn of(table: &Table, at: usize, padding: f32, measure: &dyn Fn(&str, bool) -> f32) -> Self {
        let mut need = Self { least: 0.0, most: 0.0 };
        for line in table.heads[at].lines.iter().flat_map(|text| lines(text)) {
            need.take(&line, true, &|text| measure(text, true));
        }
        for cell in table.rows.iter().filter_map(|row| row.get(at)) {
            for line in lines(&cell.text) {
                need.take(&line, breaks(table.heads[at].kind, cell), &|text| measure(text, is_bold(cell)));
            }
        }
        Self { least: need.least + padding, most: need.most + padding }
    }

    fn take(&mut self, line: &str, breaks: bool, measure: &dyn Fn(&str) -> f32) {
        let whole = measure(line);
        let least = if breaks { line.split(' ').map(measure).fold(0.0, f32::max) } else { whole };
        self.most = self.most.max(whole);
        self.least = self.least.max(least);
    }
}

/// Figures stay in one line; reasons that stand in their place need not.
fn breaks(kind: Kind, cell: &Cell) -> bool {
    kind == Kind::Words || cell.tone == Tone::Absent
}

/// Simulated figures are bold.
pub(super) fn is_bold(cell: &Cell) -> bool {
    cell.tone == Tone::Simulated
}

#[cfg(test)]
mod tests {
    use super::super::Head;
    use super::*;

    fn table() -> Table {
        Table {
            caption: String::new(),
            heads: vec![Head::new("A", Kind::Words), Head::new("B", Kind::Figures)],
            rows: vec![vec![Cell::words("three words here"), Cell::words("1.5 ± 0.1")]],
            remarks: Vec::new(),
        }
    }

    fn shared(room: f32) -> Widths {
        widths(&table(), room, 1.0, &|text, _| f32::from(u8::try_from(text.chars().count()).unwrap()))
    }

    #[test]
    fn words_give_way_before_figures_do() {
        assert_eq!(shared(54.0), Widths { columns: vec![34.0, 20.0], fit: true });
        assert_eq!(shared(20.0), Widths { columns: vec![10.0, 10.0], fit: true });
        assert_eq!(shared(15.0), Widths { columns: vec![6.0, 9.0], fit: false });
        assert_eq!(shared(8.0), Widths { columns: vec![3.0, 5.0], fit: false });
    }
}
