//! Texts folded for comparison: words in lower case, one space between them, nothing else.

/// Folds a text: letters and digits in lower case, everything between them one space, each ideograph and kana a word of its own.
///
/// Soft hyphens and other invisible characters within a word do not part it.
pub fn fold_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_apart = false;
    for letter in text.chars() {
        if is_invisible(letter) {
            continue;
        }
        let is_word = letter.is_alphanumeric() || is_mark(letter);
        let is_alone = is_ideograph(letter);
        if !is_word || is_alone {
            is_apart = true;
        }
        if is_word {
            if is_apart && !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            out.extend(letter.to_lowercase());
            is_apart = is_alone;
        }
    }
    out
}

/// Soft hyphens, joiners and direction marks.
pub fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

/// Combining marks that stand in words (Latin, Arabic, Indic, Thai and others by block).
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '\u{900}'..='\u{DFF}' | '\u{E31}'..='\u{E4E}')
}

/// Scripts that write without spaces.
pub fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{E01}'..='\u{E30}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// How alike two folded texts are: 4 when equal, 3 and a share when one stands in the other, 2 to 3 when they share half of their words,
/// 1.5 a fifth, 1 any, 0 none. Texts of one short word stand in none.
pub fn likeness(one: &str, other: &str) -> f32 {
    if one.is_empty() || other.is_empty() {
        return 0.0;
    }
    if one == other {
        return 4.0;
    }
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if (short.contains(' ') || short.len() >= 8) && holds_words(long, short) {
        return 3.0 + 0.9 * short.len() as f32 / long.len() as f32;
    }
    overlap(short, long)
}

/// Whether the words of `short` stand in `long` side by side.
pub fn holds_words(long: &str, short: &str) -> bool {
    let is_edge =
        |at: usize| at == 0 || at == long.len() || long.as_bytes()[at - 1] == b' ' || long.as_bytes()[at] == b' ';
    !short.is_empty() && long.match_indices(short).any(|(at, found)| is_edge(at) && is_edge(at + found.len()))
}

/// The Jaccard index of the words, in the steps of [`likeness`].
fn overlap(one: &str, other: &str) -> f32 {
    let words = |text: &str| {
        let mut words: Vec<String> = text.split(' ').take(64).map(str::to_owned).collect();
        words.sort_unstable();
        words.dedup();
        words
    };
    let (one, other) = (words(one), words(other));
    let common = one.iter().filter(|word| other.binary_search(word).is_ok()).count();
    let share = common as f32 / (one.len() + other.len() - common) as f32;
    match share {
        0.0 => 0.0,
        _ if share < 0.2 => 1.0,
        _ if share < 0.5 => 1.5,
        _ => 1.5 + share,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_what_counts() {
        assert_eq!(fold_words("  It’s “A-B”, Öz!  "), "it s a b öz");
        assert_eq!(fold_words("Ha\u{AD}fen"), "hafen");
        assert_eq!(fold_words("新華 NHK放送"), "新 華 nhk 放 送");
        assert_eq!(fold_words("हिन्दी"), "हिन्दी");
    }

    #[test]
    fn likeness_has_steps() {
        assert!(likeness("a b", "a b") > 3.9 && likeness("a b", "") < 0.1);
        assert!(likeness("harbour opens", "news harbour opens again") > 3.0);
        assert!(likeness("harbour opens", "new harbours opens") < 3.0);
        assert!(likeness("harbour opens today", "harbour opens soon") >= 2.0);
        assert!(likeness("one two", "three four") < 0.1);
    }

    proptest! {
        #[test]
        fn any_text_is_folded(one in any::<String>(), other in any::<String>()) {
            let (one, other) = (fold_words(&one), fold_words(&other));
            prop_assert!(!one.contains("  ") && one.trim() == one);
            prop_assert!((0.0..=4.0).contains(&likeness(&one, &other)));
        }
    }
}
