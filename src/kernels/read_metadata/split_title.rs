//! Cuts titles at their separators and takes the name of the site off.

use std::ops::Range;

use super::fold_words::is_ideograph;
use super::name_site::Site;

/// Pieces that a title is cut into; what lies behind is one piece.
const MAX_PIECES: usize = 8;

/// The pieces of a title between its separators, as ranges of bytes.
///
/// Separators are dashes, bars, bullets, quotes and slashes with spaces around them, bars and angle quotes without, doubled colons and
/// hyphens, a colon before a space, and between ideographs a bare hyphen or low line.
pub fn pieces(title: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(letter) = title[at..].chars().next() {
        match separator(title, at, letter) {
            Some(end) if out.len() + 1 < MAX_PIECES => {
                out.push(start..title[..at].trim_end().len().max(start));
                start = end;
                at = end;
            }
            _ => at += letter.len_utf8(),
        }
    }
    out.push(start..title.trim_end().len().max(start));
    out
}

/// Where the text goes on when a separator begins at `at`.
fn separator(title: &str, at: usize, letter: char) -> Option<usize> {
    let spaced = |letter: char| {
        matches!(letter, '-' | '–' | '—' | '―' | '|' | '·' | '•' | ':' | '»' | '«' | '›' | '‹' | '/' | '~' | '\\' | '*')
    };
    let bare = |letter: char| matches!(letter, '|' | '│' | '｜' | 'ㅣ' | '»' | '›');
    let is_sign = spaced(letter) || bare(letter) || letter == '_';
    if !is_sign || at == 0 {
        return None;
    }
    let before = title[..at].chars().next_back()?;
    let run = title[at..].len() - title[at..].trim_start_matches(|c| spaced(c) || bare(c)).len();
    let run = run.max(letter.len_utf8());
    let behind = &title[at + run..];
    let rest = behind.trim_start();
    if rest.is_empty() {
        return None;
    }
    let after = behind.chars().next()?;
    let has_space = after.is_whitespace();
    let is_doubled = run >= 2 && matches!(&title[at..at + run], "::" | "--" | "---");
    let is_between_ideographs = matches!(letter, '-' | '_' | '—')
        && is_dense(after)
        && !before.is_ascii_alphanumeric()
        && !before.is_whitespace();
    let is_one = before.is_whitespace() && has_space
        || bare(letter)
        || is_doubled
        || letter == ':' && has_space
        || before.is_whitespace() && matches!(letter, '-' | '–' | '—') && after.is_alphabetic()
        || is_between_ideographs;
    is_one.then(|| title.len() - rest.len())
}

/// Ideographs, kana and Hangul: no hyphen stands within their words.
fn is_dense(letter: char) -> bool {
    is_ideograph(letter) || matches!(letter, '\u{AC00}'..='\u{D7AF}')
}

/// The title without the names of the site at its end and its beginning.
pub fn without_site<'t>(title: &'t str, site: &Site) -> &'t str {
    let mut title = title.trim();
    loop {
        let pieces = pieces(title);
        let tail = (1..pieces.len()).find(|piece| site.is_name(&title[pieces[*piece].start..]));
        if let Some(piece) = tail {
            title = &title[..pieces[piece - 1].end];
            continue;
        }
        let head = (1..pieces.len()).rev().find(|piece| site.is_name(&title[..pieces[*piece - 1].end]));
        match head {
            Some(piece) => title = &title[pieces[piece].start..],
            None => return title,
        }
    }
}

/// The pieces between separators other than a colon that stands at a word.
pub fn strong_pieces(title: &str) -> Vec<&str> {
    let pieces = pieces(title);
    let mut out = Vec::with_capacity(pieces.len());
    let mut start = 0;
    for (place, piece) in pieces.iter().enumerate() {
        let next = pieces.get(place + 1).map_or(title.len(), |next| next.start);
        if next == title.len() || !title[piece.end..next].starts_with(':') {
            out.push(title[start..piece.end.max(start)].trim());
            start = next;
        }
    }
    out
}

/// Every run of pieces but the whole.
pub fn runs(title: &str) -> impl Iterator<Item = &str> {
    let pieces = pieces(title);
    let count = pieces.len();
    let places = (0..count).flat_map(move |first| (first..count).map(move |last| (first, last)));
    places.filter(move |place| *place != (0, count - 1)).filter_map(move |(first, last)| {
        Some(title.get(pieces[first].start..pieces[last].end)?.trim()).filter(|run| !run.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(title: &str) -> Vec<&str> {
        pieces(title).into_iter().map(|range| &title[range]).collect()
    }

    #[test]
    fn titles_are_cut_at_separators() {
        for (title, expected) in [
            ("Harbour opens - News | The Example", &["Harbour opens", "News", "The Example"][..]),
            ("Harbour|Example", &["Harbour", "Example"]),
            ("Mid-day: what we know", &["Mid-day", "what we know"]),
            ("港が開く_新聞", &["港が開く", "新聞"]),
            ("항구 열다-정치ㅣ신문", &["항구 열다", "정치", "신문"]),
            ("At 10:30 in A/B", &["At 10:30 in A/B"]),
            ("Opens -", &["Opens -"]),
            ("", &[""]),
        ] {
            assert_eq!(cut(title), expected, "{title}");
        }
    }

    #[test]
    fn the_site_is_taken_off_both_ends() {
        let site = Site::new(["The Example"].into_iter(), None);
        assert_eq!(without_site("Harbour opens - The Example", &site), "Harbour opens");
        assert_eq!(without_site("The Example: Harbour opens – now", &site), "Harbour opens – now");
        assert_eq!(without_site("The Example", &site), "The Example");
        assert_eq!(strong_pieces("Talks: what now | News : The Example"), ["Talks: what now", "News", "The Example"]);
        assert_eq!(runs("a | b | c").collect::<Vec<_>>(), ["a", "a | b", "b", "b | c", "c"]);
    }

    proptest! {
        #[test]
        fn any_title_is_cut(title in "[ab |:–»_/港ㅣ -]{0,40}") {
            let cut = cut(&title);
            prop_assert!(cut.len() <= MAX_PIECES && cut.iter().all(|piece| title.contains(piece)));
            runs(&title).for_each(|run| assert!(title.contains(run)));
            prop_assert!(strong_pieces(&title).len() <= MAX_PIECES);
            without_site(&title, &Site::new(["ab"].into_iter(), None));
        }
    }
}
