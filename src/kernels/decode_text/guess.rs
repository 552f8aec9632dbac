//! Guesses the encoding of text that does not say it, by which reading of it takes the fewest bits.
//!
//! # Method
//!
//! Every candidate encoding reads the same words: a sample of those that contain bytes outside ASCII. A reading is
//! priced in each language that was written in that encoding: the letters by how often they follow each other
//! (`letters.rs`), the case of letters and all other signs by fixed prices. A word may also be a foreign one, at the price of the
//! cheapest language and [`FOREIGN`]. What the language says in plain ASCII around those words counts a little, too. The
//! encoding with the cheapest reading wins: the shortest description of the text (Rissanen 1978).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use memchr::memchr_iter;

use super::charset::{Candidate, Charset, candidates, mainframe_candidates};
use super::letters::{LANGUAGES, Language, WIDE, Wide};
use super::symbols::{Alphabet, price_word};

/// Bytes of sampled words; a text is read as far as this needs.
const SAMPLE: usize = 6 << 10;
/// Bytes of the first parts of the sample, after each of which hopeless candidates are left out.
const GLANCES: [usize; 2] = [192, 768];
/// Half bits by which a candidate may lag behind the best after each part.
const HOPE: u32 = 240;
/// Bytes of the text that are looked through for words, from a little before the first byte outside ASCII.
const REACH: usize = 1 << 20;
/// That little: room for the plain words before it.
const LEAD: usize = 256;
/// Bytes of plain ASCII words around the sampled ones.
const PLAIN_SAMPLE: usize = 2 << 10;
/// Half bits that a word of another language costs more.
const FOREIGN: u32 = 24;
/// Half bits that a plain word of another language costs more.
const PLAIN_FOREIGN: u32 = 6;
/// Half bits that the plain words may count for or against a language, in all.
const PLAIN_MOST: u32 = 60;
/// Half bits of each plain word for a language that is not written in Latin letters, and the most in all.
const PLAIN_ALIEN: (u32, u32) = (4, 40);
/// Half bits per byte up to which words are natural in a declared encoding without a look at the others: sound text
/// takes 5 to 9.
const NATURAL: u32 = 8;
/// Half bits by which a declared encoding may lag behind the best guess.
const DOUBT: u32 = 80;
/// Bytes of a word that are read: more than a sentence, for those that write no spaces.
const WORD: usize = 1024;

/// The candidates by what their readings cost, in half bits, the cheapest first. A function of the bytes alone.
pub(super) fn rank(bytes: &[u8]) -> Vec<(Charset, u32)> {
    let bytes = within_reach(bytes);
    if is_mainframe(bytes) {
        let words = [bytes.get(..SAMPLE).unwrap_or(bytes)];
        return ranked(MAINFRAMES.iter().map(|it| Trial::new(it, &Plain::default())).collect(), &words);
    }
    let (words, plain) = sample(bytes);
    let plain = Plain::new(&plain);
    ranked(COMMON.iter().map(|it| Trial::new(it, &plain)).collect(), &words)
}

/// Whether text that decodes in a declared encoding reads like one of its languages: by itself, or no worse than the best guess.
/// An encoding that is no candidate cannot be judged and is believed.
pub(super) fn is_plausible(bytes: &[u8], declared: Charset) -> bool {
    let bytes = within_reach(bytes);
    let declared = declared.judged_as();
    let Some(contender) = COMMON.iter().find(|it| it.candidate.charset == declared) else {
        return true;
    };
    let (words, _) = sample(bytes);
    let mut trial = Trial::new(contender, &Plain::default());
    let (first, _) = split(&words, GLANCES[1]);
    trial.read(first);
    let length: usize = first.iter().map(|word| word.len()).sum();
    if trial.price() <= length as u32 * NATURAL {
        return true;
    }
    let ranked = rank(bytes);
    let best = ranked.first().map_or(0, |it| it.1);
    ranked.iter().any(|(charset, price)| *charset == declared && *price <= best + DOUBT)
}

/// The part of the text that is looked at.
fn within_reach(bytes: &[u8]) -> &[u8] {
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let from = bytes.get(first.saturating_sub(LEAD)..).unwrap_or(bytes);
    from.get(..REACH).unwrap_or(from)
}

fn ranked(mut trials: Vec<Trial>, words: &[&[u8]]) -> Vec<(Charset, u32)> {
    let mut rest = words;
    for length in GLANCES.into_iter().chain([usize::MAX]) {
        let (part, unread) = split(rest, length);
        for trial in &mut trials {
            trial.read(part);
        }
        let best = trials.iter().map(Trial::price).min().unwrap_or(0);
        trials.retain(|it| unread.is_empty() || it.price() <= best.saturating_add(HOPE));
        rest = unread;
    }
    trials.sort_by_key(Trial::price);
    trials.iter().map(|it| (it.contender.candidate.charset, it.price())).collect()
}

/// The first words, until they have so many bytes, and the others.
fn split<'w, 'b>(words: &'w [&'b [u8]], length: usize) -> (&'w [&'b [u8]], &'w [&'b [u8]]) {
    let mut seen = 0;
    let first = words.iter().take_while(|word| {
        let within = seen < length;
        seen += word.len();
        within
    });
    words.split_at(first.count())
}

/// Whether the bytes look like EBCDIC, whose space is ASCII's `@`: frequent, behind many different bytes; ASCII's own
/// space is next to absent.
fn is_mainframe(bytes: &[u8]) -> bool {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let count = |byte: u8| memchr_iter(byte, head).count();
    // Full-width spaces of Shift_JIS and Big5 also end in this byte, but always after the same one.
    let mut before = [0usize; 256];
    head.windows(2).filter(|pair| pair[1] == MAINFRAME_SPACE).for_each(|pair| before[usize::from(pair[0])] += 1);
    let commonest = before.iter().max().copied().unwrap_or(0);
    let spaces = count(MAINFRAME_SPACE);
    spaces * 16 > head.len() && count(b' ') * 100 < head.len() && commonest * 2 < spaces
}

const MAINFRAME_SPACE: u8 = 0x40;

/// Words with bytes outside ASCII, each once; and the plain words around them. Markup is passed over.
fn sample(bytes: &[u8]) -> (Vec<&[u8]>, Vec<&[u8]>) {
    let mut words = Vec::new();
    let mut plain = Vec::new();
    let (mut sampled, mut sampled_plain) = (0, 0);
    let mut known = BTreeSet::new();
    // The last plain word, for the case that a sampled one follows; how many are wanted behind one.
    let mut before: Option<&[u8]> = None;
    let mut wanted = 0;
    // No tag that begins before here has an end: each stretch is searched once.
    let mut no_tag_before = 0;
    let mut at = 0;
    while at < bytes.len() && sampled < SAMPLE {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.first() == Some(&b'<') {
            let tag = if at < no_tag_before { None } else { tag(rest) };
            match tag {
                Some(Ok(length)) => at += length,
                Some(Err(length)) => {
                    no_tag_before = at + length;
                    at += 1;
                }
                None => at += 1,
            }
            continue;
        }
        let length = rest.iter().take_while(|byte| !ends_word(**byte)).count();
        let Some(word) = rest.get(..length.min(WORD)).filter(|word| !word.is_empty()) else {
            at += 1;
            continue;
        };
        at += length;
        if word.is_ascii() {
            if !word.iter().all(u8::is_ascii_alphabetic) {
                continue;
            }
            if wanted > 0 && sampled_plain < PLAIN_SAMPLE && known.insert(word) {
                wanted -= 1;
                sampled_plain += word.len();
                plain.push(word);
            } else {
                before = Some(word);
            }
        } else if known.insert(word) {
            sampled += word.len();
            words.push(word);
            wanted = 2;
            if let Some(word) = before.take().filter(|word| sampled_plain < PLAIN_SAMPLE && known.insert(word)) {
                sampled_plain += word.len();
                plain.push(word);
            }
        }
    }
    (words, plain)
}

/// Bytes that are no part of a character in any candidate, unless they are that ASCII character.
///
/// Digits are parts of GB 18030's longer characters; other signs from 0x40 on are second bytes.
fn ends_word(byte: u8) -> bool {
    byte < 0x40 && !byte.is_ascii_digit()
}

/// The length of the tag at the head of the bytes, or else how far they have been searched for its end; `None` where no tag begins.
/// A tag with bytes outside ASCII is none.
fn tag(bytes: &[u8]) -> Option<Result<usize, usize>> {
    let is_tag = bytes.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?'));
    let searched = bytes.get(..LONGEST_TAG).unwrap_or(bytes);
    let end = || searched.iter().position(|byte| *byte == b'>' || *byte >= 0x80).unwrap_or(searched.len());
    is_tag.then(end).map(|end| if searched.get(end) == Some(&b'>') { Ok(end + 1) } else { Err(end.max(1)) })
}

/// Bytes of a tag that is passed over.
const LONGEST_TAG: usize = 2048;

/// What the plain words cost in each language of the model.
#[derive(Default)]
struct Plain {
    latin: Vec<(&'static str, u32)>,
    alien: u32,
}

impl Plain {
    fn new(words: &[&[u8]]) -> Self {
        let mut prices = vec![0; PLAIN.len()];
        let mut of_word = vec![0; PLAIN.len()];
        for word in words {
            for (price, (language, alphabet)) in of_word.iter_mut().zip(PLAIN.iter()) {
                *price = price_word(word, alphabet, language);
            }
            let foreign = of_word.iter().min().map_or(0, |best| best + PLAIN_FOREIGN);
            prices.iter_mut().zip(&of_word).for_each(|(sum, price)| *sum += foreign.min(*price));
        }
        let best = prices.iter().min().copied().unwrap_or(0);
        let latin = PLAIN.iter().zip(&prices).map(|(it, price)| (it.0.name, (price - best).min(PLAIN_MOST))).collect();
        Self { latin, alien: (words.len() as u32 * PLAIN_ALIEN.0).min(PLAIN_ALIEN.1) }
    }

    fn price(&self, language: &str) -> u32 {
        self.latin.iter().find(|it| it.0 == language).map_or(self.alien, |it| it.1)
    }
}

/// The languages in Latin letters, with what ASCII is to them.
static PLAIN: LazyLock<Vec<(&'static Language, Alphabet)>> = LazyLock::new(|| {
    let characters = Charset::Standard(encoding_rs::WINDOWS_1252).characters();
    let latin = LANGUAGES.iter().filter(|it| it.letter('e').is_some());
    latin.map(|it| (it, Alphabet::new(it, &characters))).collect()
});

/// The candidates with what they need to be read: about 1 KiB for each language of each, built at first use.
static COMMON: LazyLock<Vec<Contender>> = LazyLock::new(|| candidates().map(Contender::new).collect());
static MAINFRAMES: LazyLock<Vec<Contender>> = LazyLock::new(|| mainframe_candidates().map(Contender::new).collect());

struct Contender {
    candidate: Candidate,
    /// One for each of its languages.
    readers: Vec<Reader>,
}

enum Reader {
    Letters(&'static Language, Box<Alphabet>),
    Wide(&'static Wide),
}

impl Contender {
    fn new(candidate: Candidate) -> Self {
        let characters = candidate.charset.characters();
        let letters = |name: &str| {
            let language = LANGUAGES.iter().find(|it| it.name == name)?;
            Some(Reader::Letters(language, Box::new(Alphabet::new(language, &characters))))
        };
        let wide = |name: &str| WIDE.iter().find(|it| it.name == name).map(Reader::Wide);
        let is_single = candidate.charset.is_single_byte();
        let reader = |name: &&str| if is_single { letters(name) } else { wide(name) };
        Self { candidate, readers: candidate.languages.iter().filter_map(reader).collect() }
    }
}

/// A candidate and what its readings cost so far.
struct Trial {
    contender: &'static Contender,
    /// Half bits by reader.
    prices: Vec<u32>,
    of_word: Vec<u32>,
}

impl Trial {
    fn new(contender: &'static Contender, plain: &Plain) -> Self {
        let Candidate { languages, rarity, .. } = contender.candidate;
        let prices = languages.iter().map(|name| plain.price(name) + 2 * rarity).collect();
        Self { contender, prices, of_word: vec![0; contender.readers.len()] }
    }

    fn price(&self) -> u32 {
        self.prices.iter().copied().min().unwrap_or(u32::MAX)
    }

    fn read(&mut self, words: &[&[u8]]) {
        let Contender { candidate, readers } = self.contender;
        for word in words {
            for (reader, price) in readers.iter().zip(&mut self.of_word) {
                *price = match reader {
                    Reader::Letters(language, alphabet) => price_word(word, alphabet, language),
                    Reader::Wide(wide) => price_wide(word, candidate.charset, wide),
                };
            }
            let foreign = self.of_word.iter().min().map_or(0, |best| best + FOREIGN);
            for (sum, price) in self.prices.iter_mut().zip(&self.of_word) {
                *sum = sum.saturating_add(foreign.min(*price));
            }
        }
    }
}

/// Half bits of a word that does not decode.
const MALFORMED: u32 = 160;

/// What a word costs that is written in characters of several bytes.
fn price_wide(word: &[u8], charset: Charset, wide: &Wide) -> u32 {
    // A word that was cut may end within a character.
    let most = if word.len() == WORD { 3 } else { 0 };
    let Some(text) = (0..=most).find_map(|less| charset.decode(word.get(..word.len() - less)?)) else {
        return MALFORMED.max(word.len() as u32 * 16);
    };
    let mut price = 0;
    let mut last = None;
    for c in text.chars() {
        price += match (c.is_ascii(), last.map(|last: char| last.is_ascii())) {
            (true, None | Some(true)) => 12,
            (true, Some(false)) => 24,
            (false, Some(true)) => wide.price(c) + 12,
            (false, None | Some(false)) => wide.price(c),
        };
        last = Some(c);
    }
    price
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodes by looking each character up in the encoding's table.
    fn encode(label: &str, text: &str) -> Vec<u8> {
        let charset = Charset::for_label(label).expect("law: a label of the test");
        if let Charset::Standard(encoding) = charset
            && !encoding.is_single_byte()
        {
            return encoding.encode(text).0.into_owned();
        }
        let table = charset.characters();
        let byte = |c: char| table.iter().position(|it| *it == c).expect("law: the encoding has the character") as u8;
        text.chars().map(byte).collect()
    }

    const RUSSIAN: &str = "Городской совет сообщил в пятницу, что мост останется закрытым до весны.";
    const POLISH: &str =
        "Rada miasta poinformowała w piątek, że żaden z mostów nie będzie otwarty, a ścieżki też są zamknięte.";
    const GREEK: &str = "Το δημοτικό συμβούλιο ανακοίνωσε ότι η γέφυρα θα μείνει κλειστή έως την άνοιξη.";
    const FRENCH: &str =
        "Le conseil a déclaré vendredi que le pont resterait fermé jusqu'à la fin de l'été, où il sera réparé.";
    const TURKISH: &str =
        "Belediye meclisi cuma günü köprünün kapalı kalacağını, ışıkların söndüğünü ve işçilerin gittiğini açıkladı.";
    const HEBREW: &str = "מועצת העיר הודיעה ביום שישי כי הגשר יישאר סגור עד האביב וכי איש לא נפגע בתאונה.";

    #[test]
    fn tells_the_encodings_of_one_language_apart() {
        for (text, labels) in [
            (RUSSIAN, &["windows-1251", "koi8-r", "iso-8859-5", "ibm866", "x-mac-cyrillic", "cp855"][..]),
            (POLISH, &["windows-1250", "iso-8859-2", "cp852", "mac-centeuro"]),
            (GREEK, &["windows-1253", "cp737", "cp869", "cp875"]),
            (FRENCH, &["windows-1252", "macintosh", "cp850", "cp037"]),
            (TURKISH, &["windows-1254", "cp857", "mac-turkish", "iso-8859-3"]),
            (HEBREW, &["windows-1255", "cp862"]),
            ("市议会周五表示，该桥将关闭至春季，事故中无人受伤。", &["gb18030"]),
            ("市議會週五表示，該橋將關閉至春季，事故中無人受傷。", &["big5"]),
            ("市議会は金曜日、橋は春まで閉鎖されたままで、けが人はいないと発表した。", &["shift_jis", "euc-jp"]),
            ("시의회는 금요일 다리가 봄까지 폐쇄될 것이라고 밝혔다.", &["euc-kr"]),
            ("أعلن المجلس يوم الجمعة أن الجسر سيبقى مغلقا حتى الربيع.", &["windows-1256", "iso-8859-6"]),
            ("สภาเมืองกล่าวเมื่อวันศุกร์ว่าสะพานจะปิดจนถึงฤดูใบไม้ผลิ", &["windows-874"]),
        ] {
            for label in labels {
                let bytes = encode(label, text);
                let ranked = rank(&bytes);
                let best = ranked.first().map(|it| it.0);
                let read = best.and_then(|it| it.decode(&bytes));
                assert_eq!((best.map(Charset::name), read.as_deref()), (Some(*label), Some(text)));
            }
        }
    }

    #[test]
    fn signs_in_english_are_those_of_the_web() {
        for text in
            ["He said “it’s a deal” – for £34m.", "The café’s owner – a Mr Muñoz – left.", "© 2009 It’s ½ full…"]
        {
            let ranked = rank(&encode("windows-1252", text));
            assert_eq!(ranked.first().map(|it| it.0.name()), Some("windows-1252"), "{text}");
        }
    }

    #[test]
    fn what_is_declared_is_doubted_only_with_reason() {
        let bytes = encode("koi8-r", RUSSIAN);
        for (label, plausible) in [("koi8-r", true), ("koi8-u", true), ("windows-1251", false), ("windows-1252", false)]
        {
            let charset = Charset::for_label(label).expect("law: a label of the test");
            assert_eq!(is_plausible(&bytes, charset), plausible, "{label}");
        }
    }

    #[test]
    fn markup_is_passed_over() {
        let (words, plain) = sample(b"<p class=\"a\">one two \xE9t\xE9 three four five</p><br/> <\xE9>");
        assert_eq!(words, [&b"\xE9t\xE9"[..], b"\xE9"]);
        assert_eq!(plain, [&b"two"[..], b"three", b"four", b"five"]);
    }
}
