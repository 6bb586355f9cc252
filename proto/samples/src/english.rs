//! English words in Spanish sentences: what tests look for in everything that Cotejo says in Spanish.

/// Words that English can hardly do without, and the nouns of Cotejo's own; none is a Spanish word.
const ENGLISH: &str = "
    about after again an and any are as at back batches be because been before below beside between both but by
    cannot could did does done down each either else every few first for from had have how if in into is it its just last
    least less like longer made make many may might more most much must need needs neither never newer next none nor not
    nothing of off on one ones only or other others our out over own same should since so some such take takes than
    that the their them then there these they this those to too took under until up upon was were what when where whether
    which while who whose why will with within without would yes yet you your
    agent agents allowed already another answer answers answered away bad batch battery became began begins broke broken busy
    cell cells choose clock clocks closed column columns command connect connected connection coordinator cores could
    damaged device devices drive driver drivers dropped empty end ended ends engine engines exists
    expected failed failing fails failure fast faster file files fit fits folder folders found free gave gives given
    images install installed instead interrupted kept key keys known lacks large later left length library libraries line
    lines listening longer looking lost machine machines measure measured measurement measurements measuring memory missing
    names needed newest nobody number numbers offered old older open opened options pass passes past peak pending
    pixels place placed power probably problem problems processor processors program programs queued ran range reach read
    reads reason reasons refused remove removed reported row rows running runs said say says seconds see selected
    sent set setting settings shows simulated size sizes slow slower small smaller speed spread start started starts state
    still stop stopped sweep sweeps taken tell tells thread threads throughput time times tried try twice unit
    unknown unreadable upload uploaded used version versions wait waiting waits warning warnings weight weights
    whole words worker workers works wrong write writes written wrote";

/// Words of commands: what follows `cotejo` in a sentence is typed, not read.
const COMMANDS: &str = "
    analyze cancel chart class compare completions demo doctor explain export import list local machines man plan probe
    reference remove report results run show size start status sweep watch";

/// English words in a Spanish text, in their order. Left out are what stands between backticks or quotation marks; paths, flags, variables and
/// other names with signs or digits in them; commands after `cotejo`; and these names, which are read as they are written.
pub fn english_in(text: &str, names: &[&str]) -> Vec<String> {
    let mut prose: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    for name in names {
        prose = prose.replace(name, " ");
    }
    let is_listed = |list: &str, word: &str| list.split_whitespace().any(|listed| listed == word);
    let (mut found, mut in_command) = (Vec::new(), false);
    for token in prose.split_whitespace() {
        let word = token.trim_matches(|c: char| !c.is_alphanumeric());
        in_command = word.starts_with("cotejo") || (in_command && is_listed(COMMANDS, word));
        let is_quoted = token.starts_with('\'') && token.trim_end_matches([',', ';', ':', '.']).ends_with('\'');
        let is_name = is_quoted
            || token.contains(['/', '_', '=', '\\', '<', '@', '*', '$', '{', '}'])
            || token.contains("--")
            || word.contains(['.', ':'])
            || word.chars().any(char::is_numeric);
        if in_command || is_name {
            continue;
        }
        let parts = word.split(|c: char| !c.is_alphabetic() && c != '\'').map(str::to_lowercase);
        found.extend(parts.filter(|part| is_listed(ENGLISH, part)));
    }
    found
}

/// Asserts that no line of a Spanish text has an English word but in these names.
#[track_caller]
pub fn assert_spanish(text: &str, names: &[&str]) {
    let lines = text.lines().filter(|line| !english_in(line, names).is_empty());
    let english: Vec<String> = lines.map(|line| format!("{:?}: {line}", english_in(line, names))).collect();
    assert!(english.is_empty(), "{}\nin:\n{text}", english.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_found_and_names_are_not() {
        assert_eq!(english_in("no se puede leer: the file is not there", &[]), ["the", "file", "is", "not", "there"]);
        assert_eq!(english_in("La GPU (Failed) y «weights»", &[]), ["failed", "weights"]);
        for spanish in [
            "ejecute `cotejo results the` y cotejo sweep start",
            "no existe el archivo /srv/the-file; use --engine reference, o COTEJO_LANG=es",
            "cotejo-worker 0.1.0; libcudnn.so.9 no está; a veces la red falla",
        ] {
            assert_eq!(english_in(spanish, &[]), Vec::<String>::new(), "{spanish}");
        }
        assert!(english_in("AMD Processor", &["AMD Processor"]).is_empty());
    }
}
