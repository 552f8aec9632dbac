//! Closed word lists of the written grammar: words around a time, relative words, and marks of other calendars.
//!
//! Words are folded (see `fold.rs`). The lists of relative words and other calendars only choose between reasons of refusal.

use super::fold::Key;
use super::scan::Tokens;

/// Words that announce a time of day.
#[rustfmt::skip]
pub(super) const TIME_WORDS: &[&str] = &[
    "at", "um", "a", "as", "las", "la", "les", "alle", "ore", "ora", "om", "kl", "klo", "kello", "kell", "klukkan",
    "saat", "saatlerinde", "в", "во", "у", "о", "об", "ob", "v", "u", "o", "godz", "hod", "plkst", "val", "στισ",
    "ωρα", "στη", "pukul", "jam", "luc", "الساعه", "ساعت", "بوقت", "בשעה", "time", "heure", "hora", "เวลา", "час", "from",
    "den", "orele", "ам", "kl", "pkl", "ur", "saa", "ժամը", "सुबह",
];

/// Words between a weekday or a time and the date.
#[rustfmt::skip]
pub(super) const DATE_WORDS: &[&str] = &[
    "on", "den", "der", "dem", "am", "vom", "le", "du", "el", "il", "lo", "dia", "ngay", "de", "del", "the", "op", "dne", "em", "от", "من", "yn", "an", "a", "na", "o", "ika",
    "του", "la", "ils", "د", "di",
];

/// Words that make a date relative to the time of reading.
#[rustfmt::skip]
const RELATIVE_WORDS: &[&str] = &[
    // English
    "ago", "yesterday", "today", "tomorrow", "tonight", "now", "week", "night", "hour", "hours", "minute", "minutes", "mins",
    "seconds", "days", "weeks", "months", "years",
    // German, Dutch, Scandinavian, Finnish, Estonian
    "gestern", "heute", "vorgestern", "morgen", "vor", "soeben", "jetzt", "stunden", "minuten", "tagen", "geleden",
    "gisteren", "vandaag", "eergisteren", "igar", "idag", "sedan", "gar", "siden", "dag", "eilen", "tanaan", "sitten",
    "eile", "tana", "tagasi", "gaer", "gar",
    // Romance
    "hier", "aujourdhui", "demain", "heures", "jours", "semaines", "mois", "ayer", "hoy", "hace", "anteayer", "ontem",
    "hoje", "ha", "atras", "ieri", "oggi", "fa", "azi", "astazi", "acum", "ahir", "avui", "fa",
    // Slavic, Baltic, Hungarian, Greek, Albanian
    "вчера", "сегодня", "назад", "завтра", "вчора", "сьогодні", "тому", "днес", "преди", "данас", "јуче", "пре",
    "wczoraj", "dzisiaj", "dzis", "temu", "przed", "vcera", "dnes", "pred", "jucer", "danas", "prije", "juce", "pre",
    "vceraj", "danes", "vakar", "siandien", "pries", "sodien", "pirms", "tegnap", "ma", "ezelott", "perccel", "oraja",
    "χθεσ", "χτεσ", "σημερα", "πριν", "dje", "sot", "pare", "учора", "сення",
    // Turkic, Caucasian
    "dun", "bugun", "once", "dunen", "evvel", "кеше", "бугін", "бурын", "kecha", "oldin", "გუშინ", "დღეს", "წინ",
    "երեկ", "այսօր", "առաջ",
    // Arabic, Persian, Urdu, Hebrew
    "امس", "اليوم", "منذ", "قبل", "الان", "ديروز", "امروز", "پيش", "فردا", "كل", "اج", "پهلے", "אתמול", "היום",
    "לפני", "כעת",
    // South and South-East Asia, Africa
    "कल", "आज", "पहले", "গতকাল", "আজ", "আগে", "kemarin", "lalu", "semalam", "kelmarin", "qua", "nay", "truoc",
    "kahapon", "ngayon", "nakaraan", "jana", "leo", "iliyopita",
];

/// The same in scripts without spaces (none is ASCII), searched inside the string.
#[rustfmt::skip]
const RELATIVE_PARTS: &[&str] = &[
    "昨天", "今天", "前天", "刚刚", "剛剛", "小时前", "小時前", "分钟前", "分鐘前", "天前", "昨日", "今日", "時間前", "分前", "日前", "週間前", "어제", "오늘",
    "시간 전", "시간전", "분 전", "분전", "일 전", "일전", "방금", "เมื่อวาน", "วันนี้", "ที่แล้ว", "ชั่วโมงก่อน", "នាទី", "ម្សិលមិញ",
    "ថ្ងៃនេះ", "ມື້ນີ້", "မနေ့", "ယနေ့",
];

/// Month names and era words of calendars that are not Gregorian.
#[rustfmt::skip]
const OTHER_CALENDAR_WORDS: &[&str] = &[
    // Solar Hijri: Persian, and the zodiac names of Afghanistan
    "فروردين", "ارديبهشت", "خرداد", "تير", "مرداد", "امرداد", "شهريور", "مهر", "ابان", "اذر", "دي", "بهمن", "اسفند",
    "حمل", "ثور", "جوزا", "سرطان", "اسد", "سنبله", "ميزان", "عقرب", "قوس", "جدي", "دلو", "حوت", "هجري", "شمسي",
    "farvardin", "ordibehesht", "khordad", "tir", "mordad", "shahrivar", "mehr", "aban", "azar", "dey", "bahman",
    "esfand",
    // Islamic
    "محرم", "صفر", "ربيع", "جمادي", "رجب", "شعبان", "رمضان", "شوال", "القعده", "الحجه", "ه", "muharrem", "muharram",
    "safar", "safer", "rebiulevvel", "rebiulahir", "rajab", "recep", "ramadan", "ramazan", "ramadhan", "shawwal",
    "sevval", "zilkade", "zilhicce", "shaban", "sha ban", "rabi", "jumada", "dhu", "dhul",
    // Hebrew
    "תשרי", "חשון", "חשוון", "מרחשוון", "כסלו", "טבת", "שבט", "אדר", "ניסן", "אייר", "סיון", "סיוון", "תמוז", "אב",
    "אלול", "tishrei", "tishri", "cheshvan", "heshvan", "kislev", "tevet", "shevat", "nisan", "iyar", "sivan",
    "tammuz", "elul",
    // Bikram Sambat, Saka and Bengali
    "बैशाख", "वैशाख", "जेठ", "ज्येष्ठ", "असार", "आषाढ", "साउन", "श्रावण", "भदौ", "भाद्र", "असोज", "आश्विन", "कात्तिक",
    "कार्तिक", "मंसिर", "मङ्सिर", "मार्गशीर्ष", "पुस", "पुष", "पौष", "माघ", "फागुन", "फाल्गुन", "चैत", "चैत्र",
    "বৈশাখ", "জ্যৈষ্ঠ", "আষাঢ", "শ্রাবণ", "ভাদ্র", "আশ্বিন", "কার্তিক", "অগ্রহাযণ", "পৌষ", "মাঘ", "ফাল্গুন", "চৈত্র",
    "বঙ্গাব্দ",
    // Ethiopic
    "መስከረም", "ጥቅምት", "ኅዳር", "ህዳር", "ታኅሣሥ", "ታህሳስ", "ጥር", "የካቲት", "መጋቢት", "ሚያዝያ", "ግንቦት", "ሰኔ", "ሐምሌ", "ሀምሌ", "ነሐሴ",
    "ነሃሴ", "ጳጉሜን",
];

/// Era names of Japan, the Republic of China, Korea and Thailand, searched inside the string.
const OTHER_CALENDAR_PARTS: &[&str] =
    &["令和", "平成", "昭和", "大正", "明治", "民國", "民国", "農曆", "农历", "단기", "음력", "พ.ศ", "พุทธศักราช", "ព.ស"];

/// Longer strings are prose, and prose is no date of any kind.
const MAX_PHRASE_TOKENS: usize = 16;

/// Whether the string is short and has a relative word.
pub(super) fn has_relative_word(tokens: &Tokens<'_>) -> bool {
    has_word(tokens, RELATIVE_WORDS) || has_part(tokens, RELATIVE_PARTS)
}

/// Whether the string is short and has a word of another calendar beside a number.
pub(super) fn has_other_calendar(tokens: &Tokens<'_>) -> bool {
    let numbered = (0..tokens.len()).any(|at| tokens.number(at).is_some());
    has_part(tokens, OTHER_CALENDAR_PARTS) || numbered && has_word(tokens, OTHER_CALENDAR_WORDS)
}

fn has_word(tokens: &Tokens<'_>, list: &[&str]) -> bool {
    // A word glued to a number is an ending, or part of a digest.
    let stands_alone =
        |at: usize| !tokens.attached(at) || at.checked_sub(1).is_none_or(|before| tokens.number(before).is_none());
    let listed = |at| tokens.word(at).and_then(Key::of).is_some_and(|key| list.contains(&key.as_str()));
    tokens.len() <= MAX_PHRASE_TOKENS && (0..tokens.len()).any(|at| listed(at) && stands_alone(at))
}

fn has_part(tokens: &Tokens<'_>, list: &[&str]) -> bool {
    tokens.len() <= MAX_PHRASE_TOKENS && !tokens.text.is_ascii() && list.iter().any(|part| tokens.text.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list entry that folds to something else could never match.
    #[test]
    fn lists_are_folded() {
        let words = [TIME_WORDS, DATE_WORDS, RELATIVE_WORDS, OTHER_CALENDAR_WORDS].into_iter().flatten();
        let unfolded: Vec<_> = words.filter(|word| Key::of(word).expect("a short word").as_str() != **word).collect();
        assert!(unfolded.is_empty(), "{unfolded:?}");
    }
}
