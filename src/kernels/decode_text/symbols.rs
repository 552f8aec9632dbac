//! What the signs of a word cost in a language, the case of its letters and everything that is no letter included.
//!
//! The prices are rough logarithms of how often prose has such a sign, in half bits, set by hand: what matters is their
//! order. Prose has a curly quote in a hundred signs, a currency sign in five hundred, next to no frames or controls.

use super::letters::Language;

/// What a byte is, to a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Symbol {
    kind: Kind,
    /// The letter's number in the language.
    letter: u8,
    case: Case,
    /// Half bits of the sign itself, but for letters of the language.
    price: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A letter of the language.
    Own,
    /// A letter of its script, or a mark.
    Foreign,
    /// A letter of ASCII, to a language that is not written in Latin letters.
    Ascii,
    /// A sign that stands between words or within one: ASCII signs, spaces, dashes, digits.
    Neutral,
    /// A quotation mark.
    Quote,
    /// A quotation mark that only begins a quotation.
    LowQuote,
    /// An apostrophe, which stands behind a letter.
    Apostrophe,
    /// A sign that no letter touches.
    Sign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    None,
    Lower,
    Upper,
}

/// What each byte of an encoding is, to a language.
pub(super) struct Alphabet([Symbol; 256]);

impl Alphabet {
    /// From the characters of an encoding.
    pub(super) fn new(language: &Language, characters: &[char; 256]) -> Self {
        let mut symbols = [Symbol { kind: Kind::Sign, letter: 0, case: Case::None, price: UNDEFINED }; 256];
        let latin = language.letter('a').is_some();
        let has_ascii = characters[usize::from(b'a')] == 'a';
        for (byte, (symbol, c)) in symbols.iter_mut().zip(characters).enumerate() {
            *symbol = if has_ascii && byte >= 0x80 && c.is_ascii() {
                // Arabic encodings of the Macintosh have ASCII's signs twice, for either direction.
                Symbol { kind: Kind::Neutral, letter: 0, case: Case::None, price: if *c == ' ' { 4 } else { 24 } }
            } else {
                Symbol::of(*c, language, latin)
            };
        }
        Self(symbols)
    }
}

/// Half bits of a byte that the encoding does not define.
const UNDEFINED: u8 = 60;

impl Symbol {
    fn of(c: char, language: &Language, latin: bool) -> Self {
        let lower = lower(c);
        let case = if lower != c || c.is_uppercase() {
            Case::Upper
        } else if c.is_lowercase() {
            Case::Lower
        } else {
            Case::None
        };
        if let Some(letter) = language.letter(lower).or_else(|| language.letter(variant(lower)?)) {
            return Self { kind: Kind::Own, letter, case, price: 0 };
        }
        let (kind, price) = match c {
            'a'..='z' | 'A'..='Z' if latin => (Kind::Foreign, 20),
            'a'..='z' | 'A'..='Z' => (Kind::Ascii, 14),
            '0'..='9' | '.' | ',' => (Kind::Neutral, 8),
            ' ' | '\n' | '\r' | '\t' => (Kind::Neutral, 4),
            '!'..='~' => (Kind::Neutral, 12),
            '\u{2019}' => (Kind::Apostrophe, 9),
            '“' | '”' | '«' | '»' | '‘' => (Kind::Quote, 13),
            '„' => (Kind::LowQuote, 13),
            '–' | '—' | '\u{A0}' => (Kind::Neutral, 14),
            '…' | '•' | '·' | '²' | '³' => (Kind::Neutral, 18),
            '€' | '£' | '°' | '©' | '®' | '™' | '§' | '½' | '¿' | '¡' | '№' | 'º' | 'ª' => {
                (Kind::Sign, 18)
            }
            '‹' | '›' => (Kind::Quote, 24),
            '‚' => (Kind::LowQuote, 24),
            '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{200E}' | '\u{200F}' => (Kind::Neutral, 24),
            '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => (Kind::Sign, 44),
            '\u{300}'..='\u{36F}'
            | '\u{5B0}'..='\u{5BD}'
            | '\u{5BF}'..='\u{5C7}'
            | '\u{64B}'..='\u{65F}'
            | '\u{E31}'
            | '\u{E34}'..='\u{E3A}'
            | '\u{E47}'..='\u{E4E}' => (Kind::Foreign, 22),
            '\u{5BE}'
            | '\u{60C}'
            | '\u{61B}'
            | '\u{61F}'
            | '\u{640}'
            | '\u{660}'..='\u{669}'
            | '\u{E50}'..='\u{E59}'
            | '฿'
            | 'ๆ'
            | 'ฯ' => (Kind::Neutral, 15),
            '¤' => (Kind::Sign, 36),
            '\u{A1}'..='\u{BF}' | '×' | '÷' | '†' | '‡' | '‰' | 'ˆ' | '˜' | 'ƒ' => (Kind::Sign, 26),
            '\u{2500}'..='\u{25FF}' => (Kind::Sign, 30),
            '\u{FFFD}' => (Kind::Sign, UNDEFINED),
            // A letter of the script that the language does not have, and of another script.
            c if c.is_alphabetic() && (c < '\u{250}') == latin => (Kind::Foreign, 24),
            c if c.is_alphabetic() => (Kind::Foreign, 34),
            _ => (Kind::Sign, 32),
        };
        Self { kind, letter: 0, case, price }
    }
}

fn lower(c: char) -> char {
    match c {
        'İ' => 'i',
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

/// The letter of the model for one that older encodings write in its place.
fn variant(c: char) -> Option<char> {
    match c {
        'ş' => Some('ș'),
        'ţ' => Some('ț'),
        'ș' => Some('ş'),
        'ț' => Some('ţ'),
        _ => None,
    }
}

/// What a word costs, in half bits. The ends count as edges of a word.
pub(super) fn price_word(word: &[u8], alphabet: &Alphabet, language: &Language) -> u32 {
    let edge = Symbol { kind: Kind::Neutral, letter: 0, case: Case::None, price: 0 };
    let mut price = 0;
    let mut before = edge;
    let mut last = edge;
    for byte in word {
        let next = alphabet.0[usize::from(*byte)];
        price += price_after(last, next, language) + price_of_case(before, last, next);
        (before, last) = (last, next);
    }
    price + price_after(last, edge, language)
}

fn price_after(last: Symbol, next: Symbol, language: &Language) -> u32 {
    use Kind::{Apostrophe, Ascii, Foreign, LowQuote, Neutral, Own, Quote, Sign};
    let own = u32::from(next.price);
    match (last.kind, next.kind) {
        (Own, Own) => language.price(last.letter, next.letter),
        (Own, Foreign) => 6 + own,
        (Own, Ascii) => 16 + own,
        (Own, Neutral | Quote | Apostrophe) => language.price(last.letter, 0) + own,
        (Own, Sign | LowQuote) => language.price(last.letter, 0) + own + 10,
        // A letter that the language does not have may be followed by any.
        (Foreign, Own) => 10,
        (Ascii, Own) => 26,
        (Sign, Own) => language.price(0, next.letter) + 10,
        (Neutral | Quote | LowQuote | Apostrophe, Own) => {
            language.price(0, next.letter) + if last.price == 8 { 3 } else { 0 }
        }
        (Foreign | Ascii, Sign | LowQuote)
        | (Sign, Foreign | Ascii)
        | (Neutral | Quote | LowQuote | Sign | Apostrophe, Apostrophe) => own + 10,
        (Neutral | Foreign | Ascii | Quote | LowQuote | Apostrophe | Sign, _) => own,
    }
}

fn price_of_case(before: Symbol, last: Symbol, next: Symbol) -> u32 {
    match (before.case, last.case, next.case) {
        (_, _, Case::None) | (_, Case::Lower, Case::Lower) => 0,
        (_, Case::None | Case::Upper, Case::Upper) => 4,
        (Case::Upper, Case::Upper, Case::Lower) => 14,
        (_, Case::None | Case::Upper, Case::Lower) => 1,
        (_, Case::Lower, Case::Upper) => 20,
    }
}
