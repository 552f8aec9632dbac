//! Repairs text whose UTF-8 bytes were read in a single-byte encoding, once or more often (`Ã¼` for `ü`).
//!
//! # Method
//!
//! A *unit* is a sequence of characters whose bytes, in one of ten encodings (`encodings.rs`), are exactly one
//! well-formed UTF-8 sequence of two to four bytes; undoing it is therefore a proven round trip.
//! Whether it *should* be undone is a question of description length: a coarse model of which
//! class of characters follows which (`classes.rs`) prices the text as it stands and as it would
//! read. What sound text would never say in that way costs many bits; a repair must save enough of them.
//!
//! Two standards of proof, because accidents happen in sound text (a Ukrainian word may begin
//! with `Рі`): when *every* non-ASCII character of the text belongs to a unit, the units vouch for
//! each other and the text is repaired as a whole; else each run of adjacent units stands for itself.

mod classes;
mod encodings;

use std::ops::Range;

use classes::{Class, bits};
use encodings::{ENCODINGS, Roles, byte_of};

/// Bits to be saved, by encoding, before a text that consists of units and ASCII only is repaired:
/// the rarer the misreading, the more.
const WHOLE_TEXT_BITS: [i64; ENCODINGS] = [12, 11, 12, 12, 12, 12, 12, 14, 12, 16];
/// So many fewer for a second misreading in the encoding in which a first has been undone.
const REPEATED_BITS: i64 = 6;
/// Bits to be saved, by encoding, before one run of units in a mixed text is repaired on its own:
/// many for Cyrillic and Greek encodings, whose lead bytes are the letters of sound text.
const RUN_BITS: [i64; ENCODINGS] = [20, 28, 20, 20, 20, 20, 20, 28, 24, 30];
/// Bits to be saved by a further run once another has proven the encoding.
const FURTHER_RUN_BITS: [i64; ENCODINGS] = [8, 20, 8, 8, 8, 8, 8, 20, 12, 15];
/// Further bits for a text whose units touch no word: signs stand alone in sound text, too (`√π`).
const LONE_BITS: [i64; ENCODINGS] = [0, 3, 3, 0, 3, 3, 3, 3, 3, 3];
/// Passes after which a text that keeps changing is left as it is. Each pass undoes one misreading everywhere.
const MAX_PASSES: usize = 32;

const NO_BREAK_SPACE: char = '\u{A0}';
const NEXT_LINE: char = '\u{85}';

/// Buffers that are kept from one text to the next.
#[derive(Debug, Default)]
pub struct MojibakeScratch {
    chars: Vec<char>,
    next: Vec<char>,
    islands: Vec<Range<usize>>,
    best: Reading,
    trial: Reading,
    text: String,
}

/// What one encoding makes of a text.
#[derive(Debug, Default)]
struct Reading {
    encoding: usize,
    damage: Damage,
    runs: Vec<Run>,
    decoded: Vec<char>,
    /// Single decoded characters and what they save, the best of each character last.
    singles: Vec<(char, i64)>,
    /// Bits saved by the accepted runs.
    saved: i64,
}

/// Whether units that lost a byte count, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Damage {
    /// Only sound units: the standard for a proof.
    #[default]
    None,
    /// Also those in which a no-break space became a space or a byte became U+FFFD: for an encoding that is proven.
    Known,
}

/// What in a text one encoding explains, and what it does not.
#[derive(Debug, Default)]
struct Rest {
    units: usize,
    /// Characters outside ASCII that belong to no unit.
    unexplained: usize,
    /// Those of them that look like part of a unit, and are not.
    conflicts: usize,
}

/// Adjacent units: characters `start..end` of the text become `decoded_start..decoded_end` of the reading.
#[derive(Debug, Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
    decoded_start: usize,
    decoded_end: usize,
    saved: i64,
}

/// Watches adjacent characters outside ASCII for the beginning of a misread UTF-8 sequence.
///
/// Every unit shows itself by its first two characters, or its first three when its lead byte asks
/// for more than one continuation; so a text in which nothing is seen is sound.
#[derive(Debug, Clone, Copy, Default)]
pub struct MojibakeWatch {
    /// Encodings in which the last character led a sequence of two.
    two: u16,
    /// Encodings in which the last character led a longer sequence.
    more: u16,
    /// Encodings in which the last two characters begin a longer sequence.
    begun: u16,
}

impl MojibakeWatch {
    /// Takes the next character, which must directly follow the last one; returns the encodings, as
    /// a bitset, in which a sequence is seen now. ASCII resets the watch: start a new one after it.
    #[inline]
    pub fn see(&mut self, c: char) -> u16 {
        let roles = Roles::of(c);
        let seen = roles.continuation & (self.two | self.begun);
        self.begun = roles.continuation & self.more;
        self.two = roles.lead_of_two;
        self.more = roles.lead_of_more;
        seen
    }
}

/// Returns the repaired text, or `None` when there is nothing that can be proven broken.
///
/// A fixed point: the answer itself has nothing left to repair. Text with no misread sequence is
/// never copied to the answer; the order and number of all other characters stays.
pub fn repair_mojibake<'a>(text: &str, scratch: &'a mut MojibakeScratch) -> Option<&'a str> {
    let MojibakeScratch { chars, next, islands, best, trial, text: repaired } = scratch;
    let mut suspected = suspected_encodings(text.chars());
    let has_controls = text.chars().any(|c| named_by_control(c).is_some());
    if suspected == 0 && !has_controls {
        return None;
    }
    chars.clear();
    chars.extend(text.chars());
    let mut undone = None;
    let mut passes = 0;
    loop {
        find_islands(chars, islands);
        if suspected != 0 && read_best(&Broken { chars, islands, undone }, suspected, [&mut *best, &mut *trial]) {
            best.apply(chars, next);
            std::mem::swap(chars, next);
            undone = Some(best.encoding);
        } else if !rename_controls(chars) {
            break;
        }
        passes += 1;
        if passes > MAX_PASSES {
            return None;
        }
        suspected = suspected_encodings(chars.iter().copied());
    }
    if passes == 0 {
        return None;
    }
    repaired.clear();
    repaired.extend(chars.iter());
    Some(repaired)
}

/// A text in which misread sequences were seen.
struct Broken<'a> {
    chars: &'a [char],
    /// Where the characters outside ASCII are: maximal, in order.
    islands: &'a [Range<usize>],
    /// The encoding of the misreading that was undone last.
    undone: Option<usize>,
}

fn find_islands(chars: &[char], islands: &mut Vec<Range<usize>>) {
    islands.clear();
    let mut at = 0;
    for stretch in chars.chunk_by(|a, b| a.is_ascii() == b.is_ascii()) {
        let end = at + stretch.len();
        if !chars[at].is_ascii() {
            islands.push(at..end);
        }
        at = end;
    }
}

/// Returns the encodings, as a bitset, in which some neighbors begin a UTF-8 sequence.
fn suspected_encodings(chars: impl Iterator<Item = char>) -> u16 {
    let mut watch = MojibakeWatch::default();
    let mut found = 0;
    for c in chars {
        if c.is_ascii() {
            watch = MojibakeWatch::default();
        } else {
            found |= watch.see(c);
        }
    }
    found
}

/// Leaves the most saving reading in the first of two buffers; `false` when no encoding offers an acceptable one.
fn read_best(broken: &Broken<'_>, mut suspected: u16, [best, trial]: [&mut Reading; 2]) -> bool {
    best.clear();
    while suspected != 0 {
        let encoding = suspected.trailing_zeros() as usize;
        suspected &= suspected - 1;
        debug_assert!(encoding < ENCODINGS, "law: a suspect is an encoding of the table");
        trial.read(broken, encoding, Damage::None);
        if trial.saved > best.saved {
            std::mem::swap(best, trial);
        }
    }
    if best.saved <= 0 {
        return false;
    }
    trial.read(broken, best.encoding, Damage::Known);
    if trial.saved > best.saved {
        std::mem::swap(best, trial);
    }
    true
}

/// Returns what Windows-1252 has in the place of a C1 control other than NEL.
fn named_by_control(c: char) -> Option<char> {
    let named = encodings::windows_1252(c)?;
    (c != NEXT_LINE).then_some(named)
}

/// Replaces C1 controls by what Windows-1252 has in their place, for text in that encoding was read
/// as Latin-1, which the WHATWG Encoding Standard takes to be the same; `false` when there are none.
///
/// NEL may be a line end: it becomes an ellipsis only in the company of other such controls.
fn rename_controls(chars: &mut [char]) -> bool {
    if !chars.iter().any(|&c| named_by_control(c).is_some()) {
        return false;
    }
    for c in chars {
        *c = encodings::windows_1252(*c).unwrap_or(*c);
    }
    true
}

impl Reading {
    fn clear(&mut self) {
        self.runs.clear();
        self.decoded.clear();
        self.saved = 0;
    }

    /// Finds the runs of units of one encoding and keeps those that prove themselves.
    fn read(&mut self, broken: &Broken<'_>, encoding: usize, damage: Damage) {
        self.clear();
        self.encoding = encoding;
        self.damage = damage;
        let mut rest = Rest::default();
        let mut at = 0;
        for island in broken.islands {
            // A damaged unit may reach into the next island.
            at = at.max(island.start);
            while at < island.end {
                at = self.take_run(broken.chars, at, &mut rest);
            }
        }
        match damage {
            Damage::None => self.judge(&rest, broken),
            Damage::Known if rest.unexplained == 0 => self.saved = self.runs.iter().map(|run| run.saved).sum(),
            Damage::Known => self.retain(FURTHER_RUN_BITS[self.encoding]),
        }
    }

    /// Takes the run of units that begins at a character outside ASCII, or passes over that
    /// character; returns where to go on.
    fn take_run(&mut self, chars: &[char], start: usize, rest: &mut Rest) -> usize {
        let decoded_start = self.decoded.len();
        let mut at = start;
        while let Some(length) = self.take_unit(&chars[at..]) {
            rest.units += 1;
            at += length;
        }
        if at == start {
            rest.unexplained += 1;
            rest.conflicts += usize::from(is_conflict(chars, at, self.encoding));
            return at + 1;
        }
        let decoded_end = self.decoded.len();
        let context = Context::around(chars, start, at);
        let decoded = &self.decoded[decoded_start..];
        let is_lost = decoded.iter().all(|&c| c == char::REPLACEMENT_CHARACTER);
        // Replacement characters tell nothing: they prove no encoding.
        let saved = if is_lost && self.damage == Damage::None {
            0
        } else {
            context.price(&chars[start..at]) - context.price(decoded)
        };
        self.runs.push(Run { start, end: at, decoded_start, decoded_end, saved });
        at
    }

    /// Decodes the unit at the head of `chars` to the end of `decoded`; returns its length.
    fn take_unit(&mut self, chars: &[char]) -> Option<usize> {
        let sound = unit_at(chars, self.encoding);
        if self.damage == Damage::None || sound.is_some() {
            let (c, length) = sound?;
            self.decoded.push(c);
            return Some(length);
        }
        let (c, length) = damaged_unit_at(chars, self.encoding)?;
        self.decoded.push(c);
        // A word of its own in French, Italian, Portuguese: its no-break space fell together with the space behind it.
        if c == 'à' {
            self.decoded.push(' ');
        }
        Some(length)
    }

    /// Drops the runs that are not proven.
    fn judge(&mut self, rest: &Rest, broken: &Broken<'_>) {
        if rest.unexplained == 0 {
            let touches_word = self.runs.iter().any(|run| run.touches_word(broken.chars));
            let lone = if touches_word { 0 } else { LONE_BITS[self.encoding] };
            let repeated = if broken.undone == Some(self.encoding) { REPEATED_BITS } else { 0 };
            let needed = WHOLE_TEXT_BITS[self.encoding] + lone - repeated;
            if self.independent_bits() >= needed {
                self.saved = self.runs.iter().map(|run| run.saved).sum();
                return;
            }
        }
        if rest.conflicts >= rest.units {
            self.clear();
            return;
        }
        let (first, further) = (RUN_BITS[self.encoding], FURTHER_RUN_BITS[self.encoding]);
        let is_proven = self.runs.iter().any(|run| run.saved >= first);
        self.retain(if is_proven { further } else { first });
    }

    fn retain(&mut self, least: i64) {
        self.runs.retain(|run| run.saved >= least);
        self.saved = self.runs.iter().map(|run| run.saved).sum();
    }

    /// Adds up what the runs save, of equal single characters only the best: a habit of the writer,
    /// say a no-break space after every `Ä`, is one accident, however often it occurs.
    fn independent_bits(&mut self) -> i64 {
        self.singles.clear();
        let mut total = 0i64;
        for run in &self.runs {
            match &self.decoded[run.decoded_start..run.decoded_end] {
                &[c] => self.singles.push((c, run.saved)),
                _ => total = total.saturating_add(run.saved),
            }
        }
        self.singles.sort_unstable();
        let best_of_each = self.singles.chunk_by(|a, b| a.0 == b.0).filter_map(<[_]>::last);
        best_of_each.fold(total, |total, &(_, saved)| total.saturating_add(saved))
    }

    /// Writes the text with the runs replaced.
    fn apply(&self, chars: &[char], out: &mut Vec<char>) {
        out.clear();
        let mut copied = 0;
        for run in &self.runs {
            out.extend_from_slice(&chars[copied..run.start]);
            out.extend_from_slice(&self.decoded[run.decoded_start..run.decoded_end]);
            copied = run.end;
        }
        out.extend_from_slice(&chars[copied..]);
    }
}

impl Run {
    /// Tells whether a letter or digit stands right before or behind.
    fn touches_word(&self, chars: &[char]) -> bool {
        let before = self.start.checked_sub(1).and_then(|at| chars.get(at));
        [before, chars.get(self.end)].into_iter().flatten().any(|c| c.is_alphanumeric())
    }
}

/// Tells whether an unexplained character and a neighbor look like lead and continuation, and yet make no unit.
fn is_conflict(chars: &[char], at: usize, encoding: usize) -> bool {
    let own = 1 << encoding;
    let roles = |at: usize| chars.get(at).map_or(Roles::default(), |&c| Roles::of(c));
    let here = roles(at);
    here.leads(own) && roles(at + 1).continues(own) || here.continues(own) && roles(at.wrapping_sub(1)).has_role(own)
}

/// What surrounds a run.
struct Context {
    before: Class,
    after: char,
}

impl Context {
    fn around(chars: &[char], start: usize, end: usize) -> Self {
        let mut before = Class::Space;
        for &c in &chars[start.saturating_sub(2)..start] {
            before = Class::after(before, c);
        }
        Self { before, after: chars.get(end).copied().unwrap_or(' ') }
    }

    /// Returns the bits of `inner` in this place, with the transition to what follows.
    fn price(&self, inner: &[char]) -> i64 {
        let mut previous = self.before;
        let mut total = 0i64;
        for c in inner.iter().copied().chain([self.after]) {
            let class = Class::after(previous, c);
            total = total.saturating_add(bits(previous, class));
            previous = class;
        }
        total
    }
}

/// Decodes the unit at the head of `chars`: the character that its bytes are in UTF-8, and its length.
///
/// A pair of surrogates, each as three bytes (CESU-8, as some databases write emoji), is one unit.
fn unit_at(chars: &[char], encoding: usize) -> Option<(char, usize)> {
    let (value, length) = sequence_at(chars, encoding)?;
    if let 0xD800..=0xDBFF = value {
        let (low @ 0xDC00..=0xDFFF, 3) = sequence_at(chars.get(3..)?, encoding)? else {
            return None;
        };
        return Some((char::from_u32(0x1_0000 + ((value - 0xD800) << 10 | (low - 0xDC00)))?, 6));
    }
    Some((char::from_u32(value)?, length))
}

/// Decodes a unit in which no-break spaces became spaces, or else bytes became U+FFFD: then so does it.
fn damaged_unit_at(chars: &[char], encoding: usize) -> Option<(char, usize)> {
    let length = match byte_of(encoding, *chars.first()?) {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let mut mended = [' '; 4];
    let mut is_lost = false;
    for (slot, &c) in mended.iter_mut().zip(chars.get(..length)?) {
        *slot = if c == ' ' { NO_BREAK_SPACE } else { c };
        is_lost |= c == char::REPLACEMENT_CHARACTER;
    }
    if is_lost {
        let is_continuation =
            |&c: &char| c == char::REPLACEMENT_CHARACTER || (0x80..=0xBF).contains(&byte_of(encoding, c));
        return chars.get(1..length)?.iter().all(is_continuation).then_some((char::REPLACEMENT_CHARACTER, length));
    }
    unit_at(mended.get(..length)?, encoding)
}

/// Decodes one UTF-8 sequence of two to four bytes, surrogates included, over-long ones excluded.
fn sequence_at(chars: &[char], encoding: usize) -> Option<(u32, usize)> {
    let lead = u32::from(byte_of(encoding, *chars.first()?));
    let (length, mut value, least) = match lead {
        0xC2..=0xDF => (2, lead & 0x1F, 0x80),
        0xE0..=0xEF => (3, lead & 0x0F, 0x800),
        0xF0..=0xF4 => (4, lead & 0x07, 0x1_0000),
        _ => return None,
    };
    for &c in chars.get(1..length)? {
        match byte_of(encoding, c) {
            byte @ 0x80..=0xBF => value = value << 6 | u32::from(byte & 0x3F),
            _ => return None,
        }
    }
    (value >= least).then_some((value, length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Own sentences, one or more to a script.
    const SOUND: [&str; 16] = [
        "Der Bürgermeister eröffnete die Brücke über den Fluß am Dienstag.",
        "L’été dernier, la région a déjà connu une sécheresse très sévère.",
        "La señora pidió más información sobre el año próximo en Ávila.",
        "Città più bella dell’altra: così dicono tutti, perché è vero.",
        "Příští týden začne v Brně výstava o životě lidí u řeky.",
        "W środę rząd ogłosił, że żadne szkoły nie będą zamknięte.",
        "Türkiye’nin doğusunda kar yağışı nedeniyle köy yolları kapandı.",
        "Thị trưởng nói rằng cây cầu mới sẽ được mở vào tháng tới.",
        "Вчера в городе открыли новый мост через реку.",
        "Різдво цього року святкують удома, бо їхні рідні хворіли.",
        "Ο δήμαρχος είπε ότι η γέφυρα θα ανοίξει τον Μάιο.",
        "ראש העיר פתח אתמול את הגשר החדש מעל הנהר.",
        "افتتح رئيس البلدية الجسر الجديد فوق النهر أمس.",
        "महापौर ने कल नदी पर नया पुल खोला।",
        "市长昨天为河上的新桥剪彩。",
        "시장은 어제 강 위의 새 다리를 열었다.",
    ];

    #[track_caller]
    fn check(broken: &str, repaired: Option<&str>) {
        assert_eq!(repair_mojibake(broken, &mut MojibakeScratch::default()), repaired, "of {broken:?}");
    }

    #[test]
    fn sound_text_is_left_alone() {
        for text in SOUND {
            check(text, None);
        }
        for text in [
            "",
            "plain",
            "CAFÉ® is a trade mark, NESTLÉ™ another",
            "„Das ist ein Ä“, sagte sie. «À Paris»…",
            "КИЇВ, УКРАЇНІ — «Рідні» пісні",
            "É\u{a0}! À\u{a0}» SÃO PAULO, IRMÃ",
            "√π and ∆° are signs; x ≤ y, 10 Å—",
            "├──┤ └─┐ █▓░",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn every_encoding_is_undone_once_and_twice() {
        for text in SOUND {
            // ISO-8859-2 and Windows-1250 cannot always be told apart.
            for encoding in (0..ENCODINGS).filter(|&encoding| encoding != 6) {
                let once = encodings::misread(text, encoding);
                check(&once, Some(text));
                check(&encodings::misread(&once, encoding), Some(text));
            }
        }
    }

    #[test]
    fn latin1_is_undone_as_windows_1252_is() {
        for text in SOUND {
            let broken: String = text.bytes().map(char::from).collect();
            check(&broken, Some(text));
        }
    }

    #[test]
    fn broken_parts_of_sound_text_are_repaired_alone() {
        check("Über “uns”: itâ€™s a dÃ©jÃ\u{a0} vu – naïve", Some("Über “uns”: it’s a déjà vu – naïve"));
        check("Вчера сказали: it вЂњwillвЂќ be", Some("Вчера сказали: it “will” be"));
    }

    #[test]
    fn lost_bytes_are_mended_only_where_the_encoding_is_proven() {
        check("rÃ©gion jusqu'Ã nos jours", Some("région jusqu'à nos jours"));
        check("jusqu'Ã nos jours", None);
        check("Ð±ÑŠÐ»Ð³Ð°Ñ€Ñ\u{fffd}ÐºÐ¸", Some("българ\u{fffd}ки"));
        // Nothing would be won.
        check("funcďż˝iei", None);
    }

    #[test]
    fn surrogate_pairs_are_one_character() {
        let emoji = [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80].map(char::from);
        let broken: String = "It works! ".chars().chain(emoji).collect();
        check(&broken, Some("It works! 😀"));
    }

    #[test]
    fn controls_are_read_as_windows_1252() {
        check("\u{84}so\u{93} \u{96} it\u{92}s\u{85}", Some("„so“ – it’s…"));
        check("line\u{85}line \u{81}", None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn the_answer_has_nothing_left_to_repair(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "a", "B", " ", "\u{a0}", "\u{ad}", "Ã", "Â", "ƒ", "©", "â", "€", "™", "œ", "Ð", "Ñ", "Р", "С", "і", "°", "Г", "√", "≥", "¬", "├", "╨", "░", "Å", "Ĺ", "Ä", "\u{80}", "\u{92}",
                "\u{85}", "\u{9f}", "\u{fffd}", "ï", "¿", "½", "í", "à", "¸", "\u{f8ff}", "ﬁ", "ż", "é", "ж", "中",
            ]), 0..40)
        ) {
            let raw = pieces.concat();
            let mut scratch = MojibakeScratch::default();
            if let Some(repaired) = repair_mojibake(&raw, &mut scratch).map(str::to_owned) {
                prop_assert_ne!(&repaired, &raw);
                prop_assert_eq!(repair_mojibake(&repaired, &mut scratch), None, "of {:?}", raw);
            }
        }

        #[test]
        fn any_string_is_taken(raw in any::<String>()) {
            let mut scratch = MojibakeScratch::default();
            if let Some(repaired) = repair_mojibake(&raw, &mut scratch).map(str::to_owned) {
                prop_assert_eq!(repair_mojibake(&repaired, &mut scratch), None);
            }
        }
    }
}
