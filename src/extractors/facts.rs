//! Facts that are stated as they are stored: authors, keywords, access, reservation, URLs.
//!
//! Lines come here normalised. Nothing is invented: what cannot be split or mapped with certainty stays whole or is `unknown`.

/// Words that join the last of several authors to the others, with the spaces around them.
const JOINERS: &[&str] = &[" and ", " & ", " und ", " et ", " ve "];

/// Lower-case words inside names of persons.
const PARTICLES: &[&str] = &[
    "al", "ap", "bin", "bint", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "ibn",
    "la", "le", "ter", "van", "von", "zu",
];

/// Words that show that a part is an office, not a person.
const OFFICES: &[&str] = &[
    "agency",
    "agencies",
    "bureau",
    "chief",
    "correspondent",
    "correspondents",
    "desk",
    "editor",
    "editorial",
    "editors",
    "news",
    "newsroom",
    "office",
    "press",
    "reporter",
    "reporters",
    "service",
    "staff",
    "team",
    "times",
    "writer",
    "writers",
];

/// Splits one author statement and hands over its authors in order.
///
/// A leading `By ` is dropped. `;` always separates. A joining word (`and`, `&`, `und`, `et`, `ve`) separates when each part is
/// the name of a person: two to four words, each with a capital first letter or a particle (`van`, `de`, ...), without digits
/// and without words of offices. A comma separates only in an enumeration that such a joining word ends, because elsewhere it
/// parts a name from a given name, an office or a place (`Moreno, Ada`; `Ada Moreno, Ankara`). Anything else stays whole.
pub fn split_authors(line: &str, mut take: impl FnMut(&str)) {
    for part in line.split(';') {
        let part = without_by(part.trim());
        if part.is_empty() {
            continue;
        }
        match enumeration(part) {
            Some((listed, last)) => {
                listed.split(", ").map(|name| name.trim_end_matches(',').trim()).for_each(&mut take);
                take(last);
            }
            None => take(part),
        }
    }
}

fn without_by(line: &str) -> &str {
    let Some((word, rest)) = line.split_once(' ') else { return line };
    let is_by = word.eq_ignore_ascii_case("by") || word.eq_ignore_ascii_case("by:");
    // `By` is a surname too; a name that follows starts with a capital letter.
    if is_by && rest.trim_start().chars().next().is_some_and(char::is_uppercase) { rest.trim_start() } else { line }
}

/// The names before and behind the joining word, when all of them are names of persons.
fn enumeration(line: &str) -> Option<(&str, &str)> {
    let (listed, last) = JOINERS.iter().find_map(|joiner| line.rsplit_once(*joiner))?;
    let (listed, last) = (listed.trim().trim_end_matches(','), last.trim());
    (is_person(last) && listed.split(", ").all(is_person)).then_some((listed, last))
}

fn is_person(name: &str) -> bool {
    let mut words = 0;
    let mut capitals = 0;
    for word in name.split_whitespace() {
        words += 1;
        let starts_large = word.chars().next().is_some_and(char::is_uppercase);
        capitals += usize::from(starts_large);
        let is_word = word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'));
        if !is_word || !(starts_large || PARTICLES.contains(&word)) {
            return false;
        }
        if OFFICES.iter().any(|office| word.eq_ignore_ascii_case(office)) {
            return false;
        }
    }
    (2..=5).contains(&words) && (2..=4).contains(&capitals)
}

/// Splits the only keyword statement of a record at `;`, else at `,`, and hands over what is not empty.
///
/// Where a record states several keywords they are separate already, and a comma is part of one.
pub fn split_keywords(line: &str, take: impl FnMut(&str)) {
    let separator = if line.contains(';') { ';' } else { ',' };
    line.split(separator).map(str::trim).filter(|keyword| !keyword.is_empty()).for_each(take);
}

/// The code of a stated access; `true` and `false` answer schema.org's `isAccessibleForFree`.
pub fn access_code(stated: &str) -> &'static str {
    const CODES: &[(&str, &[&str])] = &[
        ("free", &["free", "true", "yes", "1", "open", "public", "open access", "open-access"]),
        ("metered", &["metered", "limited"]),
        (
            "paywalled",
            &[
                "paywalled",
                "paywall",
                "false",
                "no",
                "0",
                "paid",
                "premium",
                "subscription",
                "subscriber",
                "subscribers",
                "closed",
            ],
        ),
    ];
    code_in(CODES, stated)
}

/// The code of a stated reservation of text and data mining: `1` and `0` are those of the TDM Reservation Protocol (W3C TDMRep).
pub fn tdm_code(stated: &str) -> &'static str {
    const CODES: &[(&str, &[&str])] = &[
        ("reserved", &["reserved", "1", "true", "yes"]),
        ("not-reserved", &["not-reserved", "not reserved", "unreserved", "0", "false", "no"]),
    ];
    code_in(CODES, stated)
}

fn code_in(codes: &[(&'static str, &[&str])], stated: &str) -> &'static str {
    let stated = stated.trim();
    // Truth values of schema.org are written as URLs, too.
    let stated = stated.rsplit_once("schema.org/").map_or(stated, |(_, value)| value);
    let found = codes.iter().find(|(_, words)| words.iter().any(|word| stated.eq_ignore_ascii_case(word)));
    found.map_or("unknown", |(code, _)| code)
}

/// Whether a trimmed string can be a URL of a page: `http` or `https`, and neither white space nor control characters.
pub fn is_web_url(url: &str) -> bool {
    let has_scheme = ["http://", "https://"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let is_clean = if url.is_ascii() {
        url.bytes().all(|byte| byte.is_ascii_graphic())
    } else {
        !url.chars().any(|c| c.is_whitespace() || c.is_control())
    };
    has_scheme && is_clean
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn authors(line: &str) -> Vec<String> {
        let mut authors = Vec::new();
        split_authors(line, |author| authors.push(author.to_owned()));
        authors
    }

    #[test]
    fn several_authors_are_told_apart_only_where_it_is_safe() {
        for (line, expected) in [
            ("Ada Moreno", &["Ada Moreno"][..]),
            ("By Ada Moreno", &["Ada Moreno"]),
            ("by: Ada Moreno and Can Öz", &["Ada Moreno", "Can Öz"]),
            ("Ada Moreno & Can Öz", &["Ada Moreno", "Can Öz"]),
            ("Ada Moreno, Can Öz and J. van der Berg", &["Ada Moreno", "Can Öz", "J. van der Berg"]),
            ("Ada Moreno, Can Öz, and Jo Li", &["Ada Moreno", "Can Öz", "Jo Li"]),
            ("Ada Moreno ve Can Öz", &["Ada Moreno", "Can Öz"]),
            ("Moreno, Ada; Öz, Can", &["Moreno, Ada", "Öz, Can"]),
            ("Moreno, Ada", &["Moreno, Ada"]),
            ("Ada Moreno, Ankara", &["Ada Moreno, Ankara"]),
            ("Ada Moreno, Science Editor", &["Ada Moreno, Science Editor"]),
            ("Ada Moreno, Science Editor and Can Öz", &["Ada Moreno, Science Editor and Can Öz"]),
            ("Ministry of Health and Family Welfare", &["Ministry of Health and Family Welfare"]),
            ("Staff and agencies", &["Staff and agencies"]),
            ("Santiago Ramón y Cajal", &["Santiago Ramón y Cajal"]),
            ("by the sea", &["by the sea"]),
            ("By", &["By"]),
            (";;", &[]),
        ] {
            assert_eq!(authors(line), expected, "{line}");
        }
    }

    #[test]
    fn keywords_are_split_at_one_separator() {
        let keywords = |line| {
            let mut keywords = Vec::new();
            split_keywords(line, |keyword| keywords.push(keyword.to_owned()));
            keywords
        };
        assert_eq!(keywords("ports, ferries,,storm "), ["ports", "ferries", "storm"]);
        assert_eq!(keywords("Paris, France; ferries"), ["Paris, France", "ferries"]);
        assert!(keywords(" , ").is_empty());
    }

    #[test]
    fn stated_rights_become_codes() {
        assert_eq!(
            ["true", "False", "http://schema.org/True", "Metered", "maybe"].map(access_code),
            ["free", "paywalled", "free", "metered", "unknown"]
        );
        assert_eq!(["1", "0", "Reserved", "?"].map(tdm_code), ["reserved", "not-reserved", "reserved", "unknown"]);
    }

    #[test]
    fn urls_are_those_of_pages() {
        assert!(
            ["https://a.example/x?y#z", "HTTP://a.example", "https://bücher.example/ä"].into_iter().all(is_web_url)
        );
        assert!(
            !["ftp://a.example", "/x", "https://a.example/a b", "", "https://a.example/\u{a0}", "mailto:a@b.c"]
                .into_iter()
                .any(is_web_url)
        );
    }

    proptest! {
        #[test]
        fn nothing_is_added_to_what_is_stated(line in any::<String>()) {
            split_authors(&line, |author| assert!(line.contains(author)));
            split_keywords(&line, |keyword| assert!(line.contains(keyword) && !keyword.is_empty()));
        }
    }
}
