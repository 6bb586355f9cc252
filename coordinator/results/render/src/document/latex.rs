//! A document as LaTeX, for those who write their report in it. What it needs is in every distribution.

use std::fmt::Write as _;

use cotejo_language::Texts;

use super::{Block, Cell, ChartFiles, Document, Kind, Table, Tone, line, lines};

/// Characters of a line of a table, and of a column above which it is broken into lines where there are more.
const LINE: usize = 76;
const LONG: usize = 20;
/// Characters after which a word may be broken.
const LONG_WORD: usize = 30;
/// Lines of a place to write at most: as many as a page has.
const MOST_LINES: u8 = 30;

/// The document. Its charts are pictures beside it.
pub fn latex(document: &Document, charts: ChartFiles<'_>) -> String {
    let mut paths = (0..).map(|at| charts.path(at));
    let mut parts = vec![preamble(document)];
    parts.extend(document.blocks.iter().map(|block| match block {
        Block::Heading { level, text } => heading(*level, text),
        Block::Paragraph(text) => broken(text) + "\n",
        Block::Notice(text) => notice(text),
        Block::List(items) => list("itemize", "\\item{}", items),
        Block::Checklist(items) => list("itemize", "\\item[\\(\\square\\)]", items),
        Block::Table(table) => self::table(table),
        Block::Chart(chart) => figure(&paths.next().unwrap_or_default(), &chart.title, &chart.subtitle),
        Block::Blank { prompt, lines } => blank(prompt, *lines),
    }));
    parts.push("\\end{document}\n".to_owned());
    parts.join("\n")
}

/// Hyphenation follows the language where its patterns are installed; without them the document compiles as well.
fn preamble(document: &Document) -> String {
    let texts = Texts::of(document.language);
    let (patterns, options) = document.language.facts().latex;
    let title = escaped(&line(&document.title));
    let mut out = format!(
        "\\documentclass[11pt,a4paper]{{article}}\n\
         \\usepackage[T1]{{fontenc}}\n\
         \\usepackage[utf8]{{inputenc}}\n\
         \\usepackage{{textcomp,amssymb,array,booktabs,longtable,graphicx,xcolor}}\n\
         \\usepackage[margin=25mm]{{geometry}}\n\
         \\IfFileExists{{{patterns}.ldf}}{{\\usepackage[{options}]{{babel}}}}{{}}\n\
         \\AtBeginDocument{{\\renewcommand{{\\tablename}}{{{}}}\\renewcommand{{\\figurename}}{{{}}}}}\n\
         \\setlength{{\\parindent}}{{0pt}}\\setlength{{\\parskip}}{{0.6em}}\\sloppy\n",
        texts.say("document-table"),
        texts.say("document-figure"),
    );
    let watermark = document.watermark.as_deref().map(|watermark| escaped(&line(watermark)));
    if let Some(watermark) = &watermark {
        let _ = writeln!(out, "\\pagestyle{{myheadings}}\\markright{{\\textcolor{{red}}{{\\textbf{{{watermark}}}}}}}");
    }
    let _ = writeln!(out, "\\title{{{title}}}\n\\author{{}}\n\\date{{}}\n\n\\begin{{document}}\n\\maketitle");
    if watermark.is_some() {
        let _ = write!(out, "\\thispagestyle{{myheadings}}\n\n");
    }
    out.extend(document.banner().map(notice));
    out
}

fn heading(level: u8, text: &str) -> String {
    let command = match level {
        0 | 1 => "section",
        2 => "subsection",
        3 => "subsubsection",
        _ => "paragraph",
    };
    format!("\\{command}*{{{}}}\n", escaped(&line(text)))
}

/// Lines that stay lines; empty ones are none.
fn broken(text: &str) -> String {
    let lines: Vec<String> = lines(text).map(|line| escaped(line.trim())).filter(|line| !line.is_empty()).collect();
    lines.join("\\newline\n")
}

fn notice(text: &str) -> String {
    let text = broken(text);
    if text.is_empty() {
        return text;
    }
    format!(
        "\\begin{{center}}\\fcolorbox{{red}}{{red!6}}{{\\parbox{{0.94\\linewidth}}{{\\bfseries {text}}}}}\\end{{center}}\n"
    )
}

fn list(name: &str, mark: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let points: Vec<String> = items.iter().map(|item| format!("{mark} {}\n", broken(item))).collect();
    format!("\\begin{{{name}}}\n{}\\end{{{name}}}\n", points.concat())
}

fn figure(path: &str, title: &str, subtitle: &str) -> String {
    let (title, subtitle) = (escaped(&line(title)), escaped(&line(subtitle)));
    let caption = if subtitle.is_empty() { title } else { format!("{title}. {subtitle}") };
    format!(
        "\\begin{{figure}}[htbp]\n\\centering\n\\includegraphics[width=\\linewidth]{{\\detokenize{{{path}}}}}\n\
         \\caption{{{caption}}}\n\\end{{figure}}\n"
    )
}

fn blank(prompt: &str, lines: u8) -> String {
    let height = 1.5 * f32::from(lines.clamp(1, MOST_LINES));
    format!(
        "\\emph{{\\textcolor{{gray}}{{{}}}}}\\par\\nopagebreak\n\
         \\noindent\\setlength{{\\fboxsep}}{{0pt}}\\framebox[\\linewidth]{{\\rule{{0pt}}{{{height}em}}}}\n",
        broken(prompt)
    )
}

/// Its heads stand on every page that it goes over.
fn table(table: &Table) -> String {
    let mut out = String::new();
    if table.heads.is_empty() {
        let _ = writeln!(out, "\\textbf{{{}}}", escaped(&line(&table.caption)));
    } else {
        let _ = writeln!(out, "\\begin{{longtable}}{{{}}}", columns(table));
        if !table.caption.is_empty() {
            let _ = writeln!(out, "\\caption{{{}}}\\\\", escaped(&line(&table.caption)));
        }
        let heads: Vec<String> = table.heads.iter().map(|head| self::head(&head.lines, head.kind)).collect();
        let heads = heads.join(" & ");
        let _ = write!(
            out,
            "\\toprule\n{heads} \\\\\n\\midrule\n\\endfirsthead\n\\toprule\n{heads} \\\\\n\\midrule\n\\endhead\n\
             \\bottomrule\n\\endfoot\n"
        );
        for row in &table.rows {
            let cells: Vec<String> = row.iter().map(cell).collect();
            // An empty group, so that no row begins with what its command before would take.
            let _ = writeln!(out, "{{}}{} \\\\", cells.join(" & "));
        }
        out.push_str("\\end{longtable}\n");
    }
    for remark in table.remarks.iter().map(|remark| broken(remark)).filter(|remark| !remark.is_empty()) {
        let _ = writeln!(out, "{{\\small {remark}\\par}}");
    }
    out
}

/// How the columns are set: as they are where they fit, else the long ones as paragraphs that share the line.
fn columns(table: &Table) -> String {
    let longest: Vec<usize> = (0..table.heads.len()).map(|at| longest(table, at)).collect();
    let fit = longest.iter().sum::<usize>() <= LINE;
    let (long, short): (Vec<usize>, Vec<usize>) = longest.iter().partition(|longest| **longest > LONG);
    let rest = LINE.saturating_sub(short.iter().sum()).max(LINE / 2) as f32 / LINE as f32;
    let asked = long.iter().sum::<usize>() as f32;
    let column = |(longest, kind): (&usize, Kind)| {
        let words = kind != Kind::Figures;
        if fit || *longest <= LONG {
            return if words { "l" } else { "r" }.to_owned();
        }
        let share = 0.94 * rest * *longest as f32 / asked;
        let aligned = if words { "raggedright" } else { "raggedleft" };
        format!(">{{\\{aligned}\\arraybackslash}}p{{{share:.3}\\linewidth}}")
    };
    longest.iter().zip(table.heads.iter().map(|head| head.kind)).map(column).collect::<Vec<_>>().concat()
}

/// Characters of a column's longest line.
fn longest(table: &Table, at: usize) -> usize {
    let heads = table.heads[at].lines.iter();
    let cells = table.rows.iter().filter_map(|row| row.get(at)).map(|cell| &cell.text);
    heads.chain(cells).map(|text| text.chars().count()).max().unwrap_or(0)
}

/// Lines one below the other.
fn head(lines: &[String], kind: Kind) -> String {
    let aligned = if kind == Kind::Figures { "r" } else { "l" };
    let lines: Vec<String> = lines.iter().map(|text| escaped(&line(text))).collect();
    format!("\\begin{{tabular}}[b]{{@{{}}{aligned}@{{}}}}{}\\end{{tabular}}", lines.join("\\\\"))
}

fn cell(cell: &Cell) -> String {
    let text = escaped(&line(&cell.text));
    match cell.tone {
        Tone::Plain | Tone::Care => text,
        Tone::Absent => format!("\\emph{{{text}}}"),
        Tone::Simulated => format!("\\textcolor{{red}}{{\\textbf{{{text}}}}}"),
    }
}

/// Text that means nothing to TeX, of characters that its fonts have; others are named by their number.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = 0;
    for c in text.chars() {
        word = if c == ' ' { 0 } else { word + 1 };
        if word > LONG_WORD && word % 10 == 0 {
            out.push_str("\\allowbreak{}");
        }
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' | '$' | '&' | '#' | '%' | '_' => out.extend(['\\', c]),
            '^' => out.push_str("\\textasciicircum{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '|' => out.push_str("\\textbar{}"),
            '"' => out.push_str("\\textquotedbl{}"),
            '\'' => out.push_str("\\textquotesingle{}"),
            '`' => out.push_str("\\textasciigrave{}"),
            // Two of them would become one that is longer.
            '-' => out.push_str("-{}"),
            '\u{a0}' | '\u{202f}' => out.push('~'),
            ' '..='~' | '¡'..='¬' | '®'..='ĥ' | 'Ĩ'..='ķ' | 'Ĺ'..='ľ' | 'Ł'..='ň' | 'Ŋ'..='ť' | 'Ũ'..='ž' =>
            {
                out.push(c);
            }
            _ => other(c, &mut out),
        }
    }
    out
}

/// A sign by its command.
fn other(c: char, out: &mut String) {
    let command = match c {
        '–' => "\\textendash{}",
        '—' => "\\textemdash{}",
        '‘' => "\\textquoteleft{}",
        '’' => "\\textquoteright{}",
        '“' => "\\textquotedblleft{}",
        '”' => "\\textquotedblright{}",
        '…' => "\\ldots{}",
        '•' => "\\textbullet{}",
        '€' => "\\texteuro{}",
        '−' => "\\ensuremath{-}",
        '→' => "\\ensuremath{\\rightarrow}",
        '≥' => "\\ensuremath{\\geq}",
        '≤' => "\\ensuremath{\\leq}",
        '≈' => "\\ensuremath{\\approx}",
        '≠' => "\\ensuremath{\\neq}",
        '∞' => "\\ensuremath{\\infty}",
        '☐' => "\\ensuremath{\\square}",
        'μ' => "\\textmu{}",
        '\u{ad}' => "\\-",
        _ => {
            let _ = write!(out, "[U+{:04X}]", u32::from(c));
            return;
        }
    };
    out.push_str(command);
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;

    use super::super::sample;
    use super::*;

    const FILES: ChartFiles<'_> = ChartFiles { folder: "charts", extension: "png" };

    #[test]
    fn everything_that_a_document_has() {
        insta::assert_snapshot!(latex(&sample::small(Language::Spanish), FILES), @r"
        \documentclass[11pt,a4paper]{article}
        \usepackage[T1]{fontenc}
        \usepackage[utf8]{inputenc}
        \usepackage{textcomp,amssymb,array,booktabs,longtable,graphicx,xcolor}
        \usepackage[margin=25mm]{geometry}
        \IfFileExists{spanish.ldf}{\usepackage[spanish,es-noshorthands,es-nodecimaldot]{babel}}{}
        \AtBeginDocument{\renewcommand{\tablename}{Tabla}\renewcommand{\figurename}{Figura}}
        \setlength{\parindent}{0pt}\setlength{\parskip}{0.6em}\sloppy
        \pagestyle{myheadings}\markright{\textcolor{red}{\textbf{SIMULADO: ninguna cifra se ha medido}}}
        \title{Sesión 3: CPU frente a GPU}
        \author{}
        \date{}

        \begin{document}
        \maketitle
        \thispagestyle{myheadings}

        \begin{center}\fcolorbox{red}{red!6}{\parbox{0.94\linewidth}{\bfseries SIMULADO: ninguna cifra se ha medido}}\end{center}

        \section*{Resultados}

        \begin{center}\fcolorbox{red}{red!6}{\parbox{0.94\linewidth}{\bfseries Opción B: los tiempos de GPU se han obtenido de otro grupo.}}\end{center}

        Cada tiempo es una mediana con su intervalo de confianza del 95 \%.\newline
        Todo en segundos.

        \begin{longtable}{lrr}
        \caption{ResNet18, lote 1, precisión f32}\\
        \toprule
        \begin{tabular}[b]{@{}l@{}}Tamaño de la imagen\end{tabular} & \begin{tabular}[b]{@{}r@{}}Tiempo CPU\\(s)\end{tabular} & \begin{tabular}[b]{@{}r@{}}Tiempo GPU (s)\\(obtenido de otro grupo)\end{tabular} \\
        \midrule
        \endfirsthead
        \toprule
        \begin{tabular}[b]{@{}l@{}}Tamaño de la imagen\end{tabular} & \begin{tabular}[b]{@{}r@{}}Tiempo CPU\\(s)\end{tabular} & \begin{tabular}[b]{@{}r@{}}Tiempo GPU (s)\\(obtenido de otro grupo)\end{tabular} \\
        \midrule
        \endhead
        \bottomrule
        \endfoot
        {}224 × 224 & 0,0301 ± 0,0002 & \textcolor{red}{\textbf{0,002031 ± 0,000016 SIM}} \\
        {}512 × 512 & 0,1512 ± 0,0012 * & \textcolor{red}{\textbf{0,00612 ± 0,00005 SIM}} \\
        {}1024 × 1024 & 0,620 ± 0,005 & \emph{necesita 13,2 GiB y hay 8,0 GiB} \\
        \end{longtable}
        {\small * con ruido: léase con cuidado\par}

        \subsection*{Lo que muestra}

        \begin{itemize}
        \item{} la CPU tarda más con todos los tamaños
        \item{} la diferencia crece con el tamaño
        \end{itemize}

        \begin{figure}[htbp]
        \centering
        \includegraphics[width=\linewidth]{\detokenize{charts/chart-1.png}}
        \caption{Tiempo según el tamaño de la imagen. ResNet18, lote 1, f32, motor optimizado}
        \end{figure}

        \begin{itemize}
        \item[\(\square\)] 10 \%: resumen
        \item[\(\square\)] 20 \%: tabla de resultados
        \end{itemize}

        \emph{\textcolor{gray}{Tu análisis (1 página)}}\par\nopagebreak
        \noindent\setlength{\fboxsep}{0pt}\framebox[\linewidth]{\rule{0pt}{4.5em}}

        Fin.

        \end{document}
        ");
    }

    #[test]
    fn awkward_content_stays_text() {
        let text = latex(&sample::awkward(), FILES);
        assert_eq!(text.matches("{}pc-{}").count(), 60);
        assert_eq!(text.matches("\\end{document}").count(), 1);
        assert_eq!(text.matches("\\begin{").count(), text.matches("\\end{").count());
        let special = "\\textless{}b\\textgreater{}\\&amp; \\textquotedbl{}quotes\\textquotedbl{} \
                       \\textquotesingle{}single\\textquotesingle{} \\textbackslash{}end\\{document\\} 100 \\% \
                       \\$x\\textasciicircum{}2\\_i\\$ \\#1";
        assert!(text.contains(special), "{text}");
        assert!(text.contains("[U+4F60][U+597D]"));
        assert_eq!(text, latex(&sample::awkward(), FILES));
    }
}
