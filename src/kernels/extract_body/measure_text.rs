//! Gathers the text of a block and counts what stands in it, for every script alike.

use std::ops::Range;

/// What the text of a block holds. Characters are those that are not white space.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Words; scripts without spaces count by their characters.
    pub words: f32,
    /// Characters.
    pub characters: u32,
    /// Characters within links.
    pub linked: u32,
    /// Characters in bold.
    pub strong: u32,
    /// Links.
    pub links: u16,
    /// Letters.
    pub letters: u32,
    /// Capital letters.
    pub capitals: u32,
    /// Digits.
    pub digits: u32,
    /// Characters of scripts without spaces.
    pub spaceless: u32,
    /// Ends of sentences.
    pub sentences: u32,
    /// Commas and semicolons.
    pub commas: u32,
    /// Signs that part the entries of menus.
    pub separators: u32,
    /// Quotation marks.
    pub quotes: u32,
    /// Line breaks.
    pub lines: u32,
    /// Signs of rights, addresses and hash tags.
    pub marks: u32,
    /// Kind of the first character.
    pub first: Edge,
    /// Kind of the last character.
    pub last: Edge,
}

/// Kinds of characters at the ends of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Edge {
    /// Anything else.
    #[default]
    Other,
    /// A small letter, or one of a script without capitals.
    Letter,
    /// A capital.
    Capital,
    /// A digit.
    Digit,
    /// The end of a sentence.
    Stop,
    /// A colon.
    Colon,
    /// A comma or semicolon.
    Comma,
    /// A quotation mark or bracket.
    Quote,
    /// A dash, bullet or parting sign.
    Separator,
}

/// Words that one character of a spaceless script is worth.
fn spaceless_worth(character: char) -> f32 {
    match character {
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' => 0.2,
        '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' => 0.6,
        _ => 0.0,
    }
}

fn edge(character: char) -> Edge {
    match character {
        'a'..='z' => Edge::Letter,
        'A'..='Z' => Edge::Capital,
        '0'..='9' => Edge::Digit,
        '.' | '!' | '?' | '…' | '。' | '！' | '？' | '．' | '｡' | '؟' | '۔' | '।' | '॥' | '։' | '።' | '။' | '៕' => {
            Edge::Stop
        }
        ':' | '：' => Edge::Colon,
        ',' | ';' | '，' | '、' | '；' | '،' | '؛' | '·' => Edge::Comma,
        '"'
        | '\''
        | '('
        | ')'
        | '['
        | ']'
        | '«'
        | '»'
        | '‘'..='‟'
        | '「'..='』'
        | '（'
        | '）'
        | '《'
        | '》'
        | '【'
        | '】'
        | '‹'
        | '›' => Edge::Quote,
        '|' | '-' | '–' | '—' | '/' | '•' | '>' | '<' | '→' | '←' | '▶' | '►' | '■' | '●' | '+' | '*' | '｜' => {
            Edge::Separator
        }
        _ if character.is_ascii() => Edge::Other,
        _ if character.is_uppercase() => Edge::Capital,
        _ if character.is_alphabetic() => Edge::Letter,
        _ if character.is_numeric() => Edge::Digit,
        _ => Edge::Other,
    }
}

/// The block that is being gathered.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    /// Open links.
    pub links: u32,
    /// Open bold elements.
    pub strongs: u32,
    counts: Counts,
    has_text: bool,
    space: bool,
    in_word: bool,
    before: Edge,
}

impl Gatherer {
    /// A link opens.
    pub fn open_link(&mut self) {
        self.links += 1;
        self.counts.links = self.counts.links.saturating_add(1);
    }

    /// White space.
    pub fn space(&mut self) {
        self.space = true;
    }

    /// A line break within the block.
    pub fn line(&mut self, out: &mut String) {
        if self.has_text {
            out.push('\n');
            self.counts.lines += 1;
            self.end_word();
        }
        self.space = false;
    }

    /// Adds text, white space collapsed.
    pub fn add(&mut self, text: &str, out: &mut String) {
        for character in text.chars() {
            if character == ' ' || character.is_whitespace() {
                self.space = true;
                continue;
            }
            if self.space {
                self.space = false;
                if self.has_text && !out.ends_with('\n') {
                    out.push(' ');
                }
                self.end_word();
            }
            self.has_text = true;
            out.push(character);
            self.count(character);
        }
    }

    fn end_word(&mut self) {
        if self.before == Edge::Stop {
            self.counts.sentences += 1;
        }
        self.before = Edge::Other;
        self.in_word = false;
    }

    fn count(&mut self, character: char) {
        let kind = edge(character);
        let counts = &mut self.counts;
        counts.characters += 1;
        counts.linked += u32::from(self.links > 0);
        counts.strong += u32::from(self.strongs > 0);
        match kind {
            Edge::Letter => counts.letters += 1,
            Edge::Capital => {
                counts.letters += 1;
                counts.capitals += 1;
            }
            Edge::Digit => counts.digits += 1,
            Edge::Comma => counts.commas += 1,
            Edge::Separator => counts.separators += 1,
            Edge::Quote => counts.quotes += 1,
            Edge::Other => counts.marks += u32::from(matches!(character, '©' | '@' | '#' | '®' | '™' | '=' | '_')),
            Edge::Stop | Edge::Colon => {}
        }
        if matches!(kind, Edge::Letter | Edge::Capital | Edge::Digit) {
            let worth = if character < '\u{0E00}' { 0.0 } else { spaceless_worth(character) };
            if worth > 0.0 {
                counts.spaceless += 1;
                counts.words += worth;
                self.in_word = false;
            } else if !self.in_word {
                counts.words += 1.0;
                self.in_word = true;
            }
        }
        // A quotation mark behind a full stop belongs to the sentence; a wide full stop ends one without a space.
        if kind == Edge::Stop && character >= '\u{0589}' && character != '…' {
            counts.sentences += 1;
            self.before = Edge::Quote;
        } else if !(kind == Edge::Quote && self.before == Edge::Stop) {
            self.before = kind;
        }
    }

    /// The counts of the block, whose text is given; the next one begins.
    pub fn finish(&mut self, text: &str) -> Counts {
        self.end_word();
        self.has_text = false;
        self.space = false;
        let mut counts = std::mem::take(&mut self.counts);
        counts.first = text.chars().next().map_or(Edge::Other, edge);
        let mut ends = text.chars().rev().map(edge);
        counts.last = ends.next().unwrap_or_default();
        if counts.last == Edge::Quote
            && let Some(before) = ends.next()
            && before == Edge::Stop
        {
            counts.last = Edge::Stop;
        }
        // Links that opened in the block before and go on are one link here.
        if self.links > 0 {
            self.counts.links = 1;
        }
        counts
    }
}

/// Hashes of the words of a text, lower-cased; each character of a spaceless script is a word.
pub(super) fn hash_words(text: &str, mut each: impl FnMut(u32)) {
    const SEED: u32 = 0x811c_9dc5;
    let mut hash = SEED;
    let mut step = |hash: &mut u32| {
        if *hash != SEED {
            each(*hash);
            *hash = SEED;
        }
    };
    let mix = |hash: u32, code: u32| (hash ^ code).wrapping_mul(0x0100_0193);
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            hash = mix(hash, u32::from(character.to_ascii_lowercase()));
        } else if character.is_ascii() || !character.is_alphanumeric() {
            step(&mut hash);
        } else if spaceless_worth(character) > 0.0 {
            step(&mut hash);
            hash = mix(hash, u32::from(character));
            step(&mut hash);
        } else {
            hash = character.to_lowercase().fold(hash, |hash, it| mix(hash, u32::from(it)));
        }
    }
    step(&mut hash);
}

/// A share of a whole; nothing of nothing is nothing.
pub(super) fn share(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// A range of bytes of the text.
pub(super) fn bytes((start, end): (u32, u32)) -> Range<usize> {
    start as usize..end as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> Counts {
        let (mut gatherer, mut out) = (Gatherer::default(), String::new());
        gatherer.add(text, &mut out);
        gatherer.finish(&out)
    }

    #[test]
    fn sentences_end_in_every_script() {
        assert_eq!(counts("One. Two! \"Three.\" 3.5 four?").sentences, 4);
        assert_eq!(counts("他来了。他走了！").sentences, 2);
        assert_eq!(counts("Η πόλη. Το λιμάνι").sentences, 1);
        assert_eq!(counts("وصل. متى؟").sentences, 2);
    }

    #[test]
    fn words_are_counted_in_every_script() {
        let words = |text| (counts(text).words * 10.0).round() as u32;
        assert_eq!(words("Three little words"), 30);
        assert_eq!(words("три слова, 12"), 30);
        assert_eq!(words("港口重新开放"), 36);
    }

    #[test]
    fn edges_see_through_quotation_marks() {
        assert_eq!(counts("“He left.”").last, Edge::Stop);
        assert_eq!(counts("More:").last, Edge::Colon);
        assert_eq!(counts("Ärger").first, Edge::Capital);
    }

    #[test]
    fn words_hash_alike_whatever_their_case() {
        let hashes = |text: &str| {
            let mut out = Vec::new();
            hash_words(text, |hash| out.push(hash));
            out
        };
        assert_eq!(hashes("The ΠΟΛΗ, 12"), hashes("the—πολη 12"));
        assert_eq!(hashes("港口").len(), 2);
    }
}
