//! Cuts a date string into numbers, words and marks, without allocation.

/// More tokens than any date has; longer strings are not dates.
const MAX_TOKENS: usize = 48;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A run of decimal digits of one script: its value and how many digits.
    Number(u64, u8),
    /// A run of letters (with marks, joiners and apostrophes inside).
    Word,
    /// Any other character; full-width forms, dashes and commas of other scripts are given as their ASCII cousin.
    Mark(char),
}

/// One token with its place in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// White space stands before it.
    pub spaced: bool,
}

/// The tokens of one string.
pub(super) struct Tokens<'a> {
    pub text: &'a str,
    items: [Token; MAX_TOKENS],
    length: usize,
}

impl<'a> Tokens<'a> {
    /// Scans `text`; `None` when it has too many tokens or a number of more than 18 digits.
    pub(super) fn scan(text: &'a str) -> Option<Self> {
        let (tokens, is_whole) = Self::scan_head(text);
        is_whole.then_some(tokens)
    }

    /// Scans as much of `text` as there is room for; false when a rest is left.
    pub(super) fn scan_head(text: &'a str) -> (Self, bool) {
        let blank = Token { kind: Kind::Word, start: 0, end: 0, spaced: false };
        let mut tokens = Self { text, items: [blank; MAX_TOKENS], length: 0 };
        let mut spaced = false;
        let mut rest = text.char_indices().peekable();
        while let Some((start, first)) = rest.next() {
            if first.is_whitespace() {
                spaced = true;
                continue;
            }
            if is_ignored(first) {
                continue;
            }
            let mut end = start + first.len_utf8();
            let kind = if let Some((value, zero)) = digit(first) {
                let (mut value, mut digits) = (u64::from(value), 1);
                while let Some(&(at, next)) = rest.peek() {
                    let Some((more, _)) = digit(next).filter(|&(_, other)| other == zero) else {
                        break;
                    };
                    digits += 1;
                    if digits > 18 {
                        return (tokens, false);
                    }
                    value = value * 10 + u64::from(more);
                    end = at + next.len_utf8();
                    rest.next();
                }
                Kind::Number(value, digits)
            } else if is_word(first) {
                // Counters written directly behind a number are a word of their own: 17日水曜日, 10시20분.
                let counter = !spaced
                    && is_counter(first)
                    && tokens.last().is_some_and(|token| matches!(token.kind, Kind::Number(..)));
                while let Some(&(at, next)) = rest.peek() {
                    if counter || !(is_word(next) || is_inner(next)) {
                        break;
                    }
                    end = at + next.len_utf8();
                    rest.next();
                }
                Kind::Word
            } else {
                Kind::Mark(plain_mark(first))
            };
            let Some(item) = tokens.items.get_mut(tokens.length) else { return (tokens, false) };
            *item = Token { kind, start, end, spaced };
            tokens.length += 1;
            spaced = false;
        }
        (tokens, true)
    }

    /// How many tokens there are.
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    /// The token at a position, if there is one.
    pub(super) fn get(&self, at: usize) -> Option<&Token> {
        if at < self.length { self.items.get(at) } else { None }
    }

    /// Value and digit count when the token is a number.
    pub(super) fn number(&self, at: usize) -> Option<(u64, u8)> {
        match self.get(at)?.kind {
            Kind::Number(value, digits) => Some((value, digits)),
            _ => None,
        }
    }

    /// The text when the token is a word.
    pub(super) fn word(&self, at: usize) -> Option<&'a str> {
        let token = self.get(at)?;
        (token.kind == Kind::Word).then(|| self.text.get(token.start..token.end).unwrap_or_default())
    }

    /// The character when the token is a mark.
    pub(super) fn mark(&self, at: usize) -> Option<char> {
        match self.get(at)?.kind {
            Kind::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    /// Whether the token is this mark.
    pub(super) fn is_mark(&self, at: usize, mark: char) -> bool {
        self.mark(at) == Some(mark)
    }

    /// Whether the token stands directly behind the one before it.
    pub(super) fn attached(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| !token.spaced)
    }

    /// The position behind the token if it is this mark, else the same position.
    pub(super) fn skip_mark(&self, at: usize, mark: char) -> usize {
        at + usize::from(self.is_mark(at, mark))
    }

    /// The position behind a full stop that ends the word or number before it.
    pub(super) fn skip_dot(&self, at: usize) -> usize {
        at + usize::from(self.is_mark(at, '.') && self.attached(at))
    }

    fn last(&self) -> Option<&Token> {
        self.get(self.length.checked_sub(1)?)
    }
}

/// Returns the value of a decimal digit and the zero of its script.
pub(super) const fn digit(character: char) -> Option<(u32, u32)> {
    let point = character as u32;
    let zero = match point {
        0x30..=0x39 => 0x30,
        0x660..=0x669 => 0x660,
        0x6F0..=0x6F9 => 0x6F0,
        0xFF10..=0xFF19 => 0xFF10,
        // Devanagari, Bengali, Gurmukhi, Gujarati, Oriya, Tamil, Telugu, Kannada, Malayalam, Sinhala: 6 or E in the third place.
        0x900..=0xDFF if point % 0x80 >= 0x66 && point % 0x80 <= 0x6F => point - point % 0x80 + 0x66,
        0xE50..=0xE59 => 0xE50,
        0xED0..=0xED9 => 0xED0,
        0xF20..=0xF29 => 0xF20,
        0x1040..=0x1049 => 0x1040,
        0x17E0..=0x17E9 => 0x17E0,
        0x1810..=0x1819 => 0x1810,
        _ => return None,
    };
    Some((point - zero, zero))
}

/// Direction marks and the byte order mark carry no meaning in a date.
pub(super) const fn is_ignored(character: char) -> bool {
    matches!(character, '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn is_word(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphabetic() || character == '_';
    }
    digit(character).is_none()
        && !character.is_whitespace()
        && !matches!(character,
            '\u{AD}' | '\u{B4}' | '·' | '،' | '؛' | '।' | '\u{2000}'..='\u{206F}' | '\u{2212}' | '\u{2219}' | '\u{2500}'..='\u{25FF}'
            | '\u{3000}'..='\u{3006}' | '\u{3008}'..='\u{303F}' | '\u{30FB}' | '\u{FF01}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}'
            | '\u{FF5B}'..='\u{FF65}' | '\u{FEFF}' | '\u{61C}')
}

/// Apostrophes and joiners belong to a word that has begun.
const fn is_inner(character: char) -> bool {
    matches!(character, '\'' | '`' | '\u{B4}' | '\u{AD}' | '\u{2018}' | '\u{2019}' | '\u{200B}'..='\u{200D}')
}

const fn is_counter(character: char) -> bool {
    matches!(
        character,
        '年' | '月'
            | '日'
            | '号'
            | '號'
            | '时'
            | '時'
            | '点'
            | '點'
            | '分'
            | '秒'
            | '년'
            | '월'
            | '일'
            | '시'
            | '분'
            | '초'
    )
}

const fn plain_mark(mark: char) -> char {
    match mark {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE63}' => '-',
        '،' | '、' => ',',
        '。' => '.',
        '·' | '•' | '\u{2219}' | '│' | '┃' | '●' | '▪' | '・' => '|',
        '\u{FF01}'..='\u{FF5E}' => match char::from_u32(mark as u32 - 0xFEE0) {
            Some(plain) => plain,
            None => mark,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(text: &str) -> Vec<String> {
        let tokens = Tokens::scan(text).expect("few tokens");
        (0..tokens.len())
            .map(|at| match tokens.get(at).expect("in range").kind {
                Kind::Number(value, digits) => format!("{value}/{digits}"),
                Kind::Word => tokens.word(at).expect("a word").to_owned(),
                Kind::Mark(mark) => format!("<{mark}>"),
            })
            .collect()
    }

    #[test]
    fn numbers_words_and_marks() {
        assert_eq!(shapes("17th d’abril, 2025"), ["17/2", "th", "d’abril", "<,>", "2025/4"]);
        assert_eq!(shapes("2025年12月17日水曜日"), ["2025/4", "年", "12/2", "月", "17/2", "日", "水曜日"]);
        assert_eq!(shapes("१७–०५"), ["17/2", "<->", "5/2"]);
        assert_eq!(shapes("۱۷٫１７"), ["17/2", "٫", "17/2"]);
        assert_eq!(shapes("１２：０５"), ["12/2", "<:>", "5/2"]);
        assert_eq!(shapes("\u{200F}17\u{200E} x"), ["17/2", "x"]);
    }

    #[test]
    fn digits_of_every_script() {
        for zero in ['0', '٠', '۰', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '០', '᠐', '０']
        {
            for value in 0..10 {
                let character = char::from_u32(zero as u32 + value).expect("a digit");
                assert_eq!(digit(character), Some((value, zero as u32)), "{character}");
            }
        }
        assert_eq!(digit('a'), None);
        assert_eq!(digit('ॐ'), None);
    }

    #[test]
    fn bounds() {
        assert!(Tokens::scan(&"1 ".repeat(48)).is_some());
        assert!(Tokens::scan(&"1 ".repeat(49)).is_none());
        assert!(Tokens::scan(&"1".repeat(18)).is_some());
        assert!(Tokens::scan(&"1".repeat(19)).is_none());
    }
}
