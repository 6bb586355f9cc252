//! A document as Markdown, for those who go on writing in it.

use std::fmt::Write as _;

use super::{Block, ChartFiles, Document, Kind, Table, line, lines};

/// The document. Its charts are pictures beside it.
pub fn markdown(document: &Document, charts: ChartFiles<'_>) -> String {
    let mut parts = vec![format!("# {}\n", escaped(&line(&document.title)))];
    parts.extend(document.banner().map(|watermark| quoted(&loud(watermark))));
    let mut paths = (0..).map(|at| address(&charts.path(at)));
    parts.extend(document.blocks.iter().map(|block| match block {
        Block::Heading { level, text } => {
            format!("{} {}\n", "#".repeat(usize::from(*level).clamp(1, 5) + 1), escaped(&line(text)))
        }
        Block::Paragraph(text) => format!("{}\n", paragraph(text)),
        Block::Notice(text) => quoted(&loud(text)),
        Block::List(items) => list("- ", items),
        Block::Checklist(items) => list("- [ ] ", items),
        Block::Table(table) => self::table(table),
        Block::Chart(chart) => {
            format!("![{}]({})\n", escaped(&line(&chart.title)), paths.next().unwrap_or_default())
        }
        Block::Blank { prompt, lines } => {
            format!("{}{}", quoted(&paragraph(prompt)), "\n".repeat(usize::from(*lines)))
        }
    }));
    parts.join("\n")
}

/// Lines that stay lines.
fn paragraph(text: &str) -> String {
    let lines: Vec<String> = lines(text).map(|line| at_start(&line)).filter(|line| !line.is_empty()).collect();
    lines.join("\\\n")
}

fn loud(text: &str) -> String {
    let lines: Vec<String> = lines(text).map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    lines.iter().map(|line| format!("**{}**", escaped(line))).collect::<Vec<_>>().join("\\\n")
}

fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}\n")).collect::<Vec<_>>().concat()
}

fn list(mark: &str, items: &[String]) -> String {
    // Further lines of a point stand below its first, not below what is to be ticked.
    let point = |item: &String| format!("{mark}{}\n", paragraph(item).replace('\n', "\n  "));
    items.iter().map(point).collect::<Vec<_>>().concat()
}

fn table(table: &Table) -> String {
    let mut out = String::new();
    if !table.caption.is_empty() {
        let _ = write!(out, "{}\n\n", loud(&line(&table.caption)));
    }
    if !table.heads.is_empty() {
        let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        out.push_str(&row(table.heads.iter().map(|head| escaped(&line(&head.lines.join(" ")))).collect()));
        let rule = |kind| if kind == Kind::Figures { "---:" } else { "---" };
        out.push_str(&row(table.heads.iter().map(|head| rule(head.kind).to_owned()).collect()));
        for cells in &table.rows {
            out.push_str(&row(cells.iter().map(|cell| escaped(&line(&cell.text))).collect()));
        }
    }
    for remark in &table.remarks {
        let _ = write!(out, "\n{}\n", paragraph(remark));
    }
    out
}

/// Text that means nothing to Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let entity = || rest.clone().next().is_some_and(|next| next.is_ascii_alphabetic() || next == '#');
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '$') || c == '&' && entity() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A line that begins no list and no rule.
fn at_start(text: &str) -> String {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut rest = text[digits..].chars();
    let mark = rest.next();
    let ends = rest.next().is_none_or(|next| next == ' ' || Some(next) == mark);
    let begins = match mark {
        Some('.' | ')') => digits > 0 && ends,
        Some('-' | '+' | '=') => digits == 0 && ends,
        _ => false,
    };
    if begins { format!("{}\\{}", &text[..digits], escaped(&text[digits..])) } else { escaped(text) }
}

/// An address that ends where it ends.
fn address(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_ascii_control() || matches!(c, ' ' | '(' | ')' | '<' | '>' | '%' | '#' | '?' | '\\' | '"') {
            let _ = write!(out, "%{:02X}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use cotejo_language::Language;

    use super::super::sample;
    use super::*;

    const FILES: ChartFiles<'_> = ChartFiles { folder: "mi informe (1)", extension: "png" };

    #[test]
    fn everything_that_a_document_has() {
        insta::assert_snapshot!(markdown(&sample::small(Language::Spanish), FILES), @r"
        # Sesión 3: CPU frente a GPU

        > **SIMULADO: ninguna cifra se ha medido**

        ## Resultados

        > **Opción B: los tiempos de GPU se han obtenido de otro grupo.**

        Cada tiempo es una mediana con su intervalo de confianza del 95 %.\
        Todo en segundos.

        **ResNet18, lote 1, precisión f32**

        | Tamaño de la imagen | Tiempo CPU (s) | Tiempo GPU (s) (obtenido de otro grupo) |
        | --- | ---: | ---: |
        | 224 × 224 | 0,0301 ± 0,0002 | 0,002031 ± 0,000016 SIM |
        | 512 × 512 | 0,1512 ± 0,0012 \* | 0,00612 ± 0,00005 SIM |
        | 1024 × 1024 | 0,620 ± 0,005 | necesita 13,2 GiB y hay 8,0 GiB |

        \* con ruido: léase con cuidado

        ### Lo que muestra

        - la CPU tarda más con todos los tamaños
        - la diferencia crece con el tamaño

        ![Tiempo según el tamaño de la imagen](mi%20informe%20%281%29/chart-1.png)

        - [ ] 10 %: resumen
        - [ ] 20 %: tabla de resultados

        > Tu análisis (1 página)




        Fin.
        ");
    }

    #[test]
    fn awkward_content_stays_text() {
        let text = markdown(&sample::awkward(), FILES);
        insta::assert_snapshot!(text.lines().filter(|line| !line.starts_with("| pc-")).collect::<Vec<_>>().join("\n"), @r#"
        # A title that does not end & A title that does not end & A title that does not end & A title that does not end & A title that does not end & A title that does not end & A title that does not end & A title that does not end & A title that does not end & A title that does not end & A title that does no

        ###### \<b\>\&amp; "quotes" 'single' \\end{document} 100 % \$x^2\_i\$ \#1 \~tilde\~ {braces} \|pipe\| \[link\](x) \*star\* \`tick\` \]\]\> --\> 你好

        ## 



        first line\
        \- second line\
        1\. third�\[31m�

        Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsvorstandsvorsitzenderstellvertreterbürodienstanweisungsentwurf \<b\>\&amp; "quotes" 'single' \\end{document} 100 % \$x^2\_i\$ \#1 \~tilde\~ {braces} \|pipe\| \[link\](x) \*star\* \`tick\` \]\]\> --\> 你好


        > **\<b\>\&amp; "quotes" 'single' \\end{document} 100 % \$x^2\_i\$ \#1 \~tilde\~ {braces} \|pipe\| \[link\](x) \*star\* \`tick\` \]\]\> --\> 你好**\
        > **Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsvorstandsvorsitzenderstellvertreterbürodienstanweisungsentwurf**


        - 
        - \<b\>\&amp; "quotes" 'single' \\end{document} 100 % \$x^2\_i\$ \#1 \~tilde\~ {braces} \|pipe\| \[link\](x) \*star\* \`tick\` \]\]\> --\> 你好\
          second line
        - Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsvorstandsvorsitzenderstellvertreterbürodienstanweisungsentwurf

        - [ ] \<b\>\&amp; "quotes" 'single' \\end{document} 100 % \$x^2\_i\$ \#1 \~tilde\~ {braces} \|pipe\| \[link\](x) \*star\* \`tick\` \]\]\> --\> 你好


        | Name \<&\> | Figure\_1 \| % |
        | --- | ---: |

        **\<b\>\&amp; "quotes" 'single' \\end{document} 100 % \$x^2\_i\$ \#1 \~tilde\~ {braces} \|pipe\| \[link\](x) \*star\* \`tick\` \]\]\> --\> 你好**

        | Name \<&\> | Figure\_1 \| % |
        | --- | ---: |
        |  |  |
        | \<b\>\&amp; "quotes" 'single' \\end{document} 100 % \$x^2\_i\$ \#1 \~tilde\~ {braces} \|pipe\| \[link\](x) \*star\* \`tick\` \]\]\> --\> 你好 | 1 2 |
        | Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsvorstandsvorsitzenderstellvertreterbürodienstanweisungsentwurf | =1+1 |
        | not a number | NaN |



        \<b\>\&amp; "quotes" 'single' \\end{document} 100 % \$x^2\_i\$ \#1 \~tilde\~ {braces} \|pipe\| \[link\](x) \*star\* \`tick\` \]\]\> --\> 你好

        **Every machine of the class**

        | Machine | Processor | Runs | CPU time (s) |
        | --- | --- | ---: | ---: |

        ![\<b\>\&amp; "quotes" 'single' \\end{document} 100 % \$x^2\_i\$ \#1 \~tilde\~ {braces} \|pipe\| \[link\](x) \*star\* \`tick\` \]\]\> --\> 你好](mi%20informe%20%281%29/chart-1.png)

        > \<b\>\&amp; "quotes" 'single' \\end{document} 100 % \$x^2\_i\$ \#1 \~tilde\~ {braces} \|pipe\| \[link\](x) \*star\* \`tick\` \]\]\> --\> 你好
        "#);
        assert_eq!(text.lines().filter(|line| line.starts_with("| pc-")).count(), 60);
        assert_eq!(text, markdown(&sample::awkward(), FILES));
    }

    #[test]
    fn a_name_cannot_break_the_table() {
        assert_eq!(escaped("pc|1 <b> *x*"), "pc\\|1 \\<b\\> \\*x\\*");
    }

    #[test]
    fn lines_begin_no_lists() {
        assert_eq!(at_start("- a"), "\\- a");
        assert_eq!(at_start("12. a*"), "12\\. a\\*");
        assert_eq!(at_start("1.5 s"), "1.5 s");
        assert_eq!(at_start("a - b"), "a - b");
        assert_eq!(at_start("="), "\\=");
        assert_eq!(at_start(""), "");
    }
}
