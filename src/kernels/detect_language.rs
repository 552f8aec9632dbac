//! Detects the language of a text from a bounded sample of it.
//!
//! 1. The script of most letters decides alone where (nearly) one language is written in it.
//! 2. Devanagari and Hebrew letters: a vote of function words.
//! 3. Latin, Cyrillic and Arabic letters: a naive Bayes model over the three-letter sequences and short words
//!    of each language (`ngrams`), and whole words that tell close languages apart (`words`).
//!
//! A long text is read at a few places first; only where that leaves a doubt more of it is read, never more
//! than 640 bytes. Words are never guessed from single characters of other scripts, and an answer that
//! fits the model badly (another language in the same letters, lists of names) is not *sure*.

mod ngrams;
mod script;
mod words;

use ngrams::{MODEL, NATS_PER_UNIT, SERBIAN_LATIN, Scores};
use script::{SCRIPTS, Script};
use words::{DEVANAGARI, HEBREW, Lexicon};

/// What the detector says of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detected {
    /// BCP 47 primary language: ISO 639-1 where it exists, `nb` and `nn` for Norwegian.
    pub language: &'static str,
    /// 0 to 1, rounded to 6 decimals; the same on every machine.
    ///
    /// The share of the best language in the model's posterior, or of the script among the letters where the
    /// script decides.
    pub confidence: f64,
    /// Whether the answer should be used: enough letters, a clear lead, and a text like the model's.
    pub sure: bool,
}

/// Texts up to this length are read whole, in bytes.
const WHOLE: usize = 640;

/// First reading of a long text: pieces and bytes each.
const GLANCE: (usize, usize) = (3, 72);

/// Second reading, where the first leaves a doubt.
const CLOSER: (usize, usize) = (4, 160);

/// Confidence from which a glance is enough.
const CLEAR: f64 = 0.99;

/// Confidence from which an answer is sure.
const SURE: f64 = 0.5;

/// Confidence from which a glance at words and trigrams is enough.
const CLEAR_ENOUGH: f64 = 0.95;

/// Letters an answer needs to be sure: of a script that decides alone, and of the other ones.
const SURE_LETTERS: (u32, u32) = (2, 20);

/// Lead that Serbian in Latin letters needs over the other languages, in units: its n-grams are
/// transliterated, and without a word of its own a text is taken for Bosnian or Croatian.
const SERBIAN_LATIN_HANDICAP: u16 = 16;

/// Detects the main language of `text`; `None` when it has no letters of a known script.
///
/// Knows 23 scripts with one language each and 64 languages in Latin, Cyrillic, Arabic, Devanagari and
/// Hebrew letters. Reads at most 640 bytes, so its cost does not grow with the text. Bosnian, Croatian
/// and Serbian in Latin letters, Indonesian and Malay, and Bokmål and Nynorsk are told apart where their
/// words differ, but not in every sentence.
pub fn detect_language(text: &str) -> Option<Detected> {
    let long = text.len() > WHOLE;
    let glance = Sample::of(if long { pieces(text, GLANCE) } else { vec![text] })?;
    let mut found = glance.read(Depth::Words)?;
    if !found.is_clear() {
        found = glance.read(Depth::Ngrams)?;
    }
    if long && !(found.sure && found.confidence >= CLEAR_ENOUGH) {
        found = Sample::of(pieces(text, CLOSER))?.read(Depth::Ngrams)?;
    }
    Some(found)
}

/// How much of the model is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Words only: an answer for most articles, a tenth of the cost.
    Words,
    /// Words and trigrams.
    Ngrams,
}

impl Depth {
    /// Least share of what was read that must be frequent in the language, in percent.
    fn least_hits_percent(self) -> u32 {
        match self {
            Self::Words => 20,
            Self::Ngrams => 45,
        }
    }
}

impl Detected {
    fn is_clear(&self) -> bool {
        self.sure && self.confidence >= CLEAR
    }
}

/// Cuts `count` pieces of about `size` bytes, evenly spread, at white space where some is near.
fn pieces(text: &str, (count, size): (usize, usize)) -> Vec<&str> {
    /// How far to look for white space, in bytes.
    const NEAR: usize = 24;
    let is_space = |byte: &u8| byte.is_ascii_whitespace();
    let size = size.min(text.len() / count);
    (0..count)
        .map(|index| {
            let middle = text.len() * (2 * index + 1) / (2 * count);
            let start = text.floor_char_boundary(middle.saturating_sub(size / 2));
            let end = text.floor_char_boundary(start + size);
            let piece = &text[start..end];
            let bytes = piece.as_bytes();
            let head = bytes.iter().take(NEAR).position(is_space).unwrap_or(0);
            let tail = bytes.iter().rev().take(NEAR).position(is_space);
            piece.get(head..bytes.len() - tail.unwrap_or(0)).unwrap_or(piece)
        })
        .collect()
}

/// Letters of each script.
type ScriptCounts = [u32; SCRIPTS];

/// Pieces of a text, and the script of most of their letters.
struct Sample<'t> {
    pieces: Vec<&'t str>,
    script: Script,
    /// Of the script, in the weight of all letters.
    share: f64,
    /// Letters of the script.
    letters: u32,
}

impl<'t> Sample<'t> {
    /// `None` where there are no letters.
    fn of(pieces: Vec<&'t str>) -> Option<Self> {
        let mut counts: ScriptCounts = [0; SCRIPTS];
        for piece in &pieces {
            count_scripts(piece, &mut counts);
        }
        let (script, share) = main_script(&counts)?;
        Some(Self { pieces, script, share, letters: counts[script as usize] })
    }

    fn read(&self, depth: Depth) -> Option<Detected> {
        let Self { pieces, script, share, letters } = self;
        match script {
            Script::Latin | Script::Cyrillic | Script::Arabic => by_ngrams(pieces, *script, depth)
                .map(|found| Detected { sure: found.sure && *letters >= SURE_LETTERS.1, ..found }),
            Script::Devanagari => Some(by_words(pieces, &DEVANAGARI, *share)),
            Script::Hebrew => Some(by_words(pieces, &HEBREW, *share)),
            _ => script.language().map(|language| Detected {
                language,
                confidence: quantize(*share),
                sure: *share >= SURE && *letters >= SURE_LETTERS.0,
            }),
        }
    }
}

fn count_scripts(piece: &str, counts: &mut ScriptCounts) {
    let letters = piece.bytes().filter(u8::is_ascii_alphabetic).count();
    counts[Script::Latin as usize] += letters as u32;
    if piece.is_ascii() {
        return;
    }
    for c in piece.chars().filter(|c| !c.is_ascii()) {
        if let Some(count) = counts.get_mut(Script::of(c) as usize) {
            *count += 1;
        }
    }
}

/// The script with the most weight, and its share of the weight of all letters.
///
/// Japanese is Han with some Kana, so with 1 Kana in 10 letters the Han count as Japanese.
fn main_script(counts: &ScriptCounts) -> Option<(Script, f64)> {
    let mut counts = *counts;
    let (han, kana) = (counts[Script::Han as usize], counts[Script::Kana as usize]);
    let (from, to) = if kana * 10 >= han + kana { (Script::Han, Script::Kana) } else { (Script::Kana, Script::Han) };
    counts[to as usize] = han + kana;
    counts[from as usize] = 0;
    let weighted = || Script::WITH_LETTERS.iter().zip(counts).map(|(script, count)| (*script, count * script.weight()));
    let total: u32 = weighted().map(|(_, weight)| weight).sum();
    let (script, weight) = weighted().rev().max_by_key(|(_, weight)| *weight)?;
    (weight > 0).then(|| (script, f64::from(weight) / f64::from(total)))
}

/// Counts the words and endings of each language of a script; the first one when there are none.
fn by_words(pieces: &[&str], lexicon: &Lexicon, share: f64) -> Detected {
    let mut votes: Vec<(u32, &'static str)> = lexicon.names.iter().map(|name| (0, *name)).collect();
    let words =
        pieces.iter().flat_map(|piece| piece.split(|c: char| Script::of(c) == Script::None && !is_mark_of_word(c)));
    for word in words.filter(|word| !word.is_empty()) {
        let speaks = lexicon.languages_of(word);
        for (at, vote) in votes.iter_mut().enumerate() {
            vote.0 += u32::from(speaks >> at & 1);
        }
    }
    let total: u32 = votes.iter().map(|vote| vote.0).sum();
    let best = votes.iter().enumerate().rev().max_by_key(|(_, vote)| vote.0);
    let (at, (count, language)) = best.map_or((0, (0, "und")), |(at, vote)| (at, *vote));
    // One vote for each language before any word is read, two for the first, the usual one.
    let prior = 1 + u32::from(at == 0);
    let confidence = share * f64::from(count + prior) / f64::from(total + 1 + votes.len() as u32);
    Detected {
        language,
        confidence: quantize(confidence),
        sure: share >= SURE && (confidence >= SURE || count * 3 >= total * 2),
    }
}

/// Hebrew points are no letters but belong to the word.
fn is_mark_of_word(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{5C7}')
}

fn by_ngrams(pieces: &[&str], script: Script, depth: Depth) -> Option<Detected> {
    let model = &*MODEL;
    let mut scores = Scores::default();
    for piece in pieces {
        match depth {
            Depth::Words => model.score_words(piece, &mut scores),
            Depth::Ngrams => model.score(piece, &mut scores),
        }
    }
    scores.settle();
    let candidates = model.of_script(script);
    scores.hold_back(model.serbian_latin, SERBIAN_LATIN_HANDICAP);
    // The first of equals.
    let &best = candidates.iter().rev().max_by_key(|at| scores.weight(**at))?;
    let (lead, name) = (scores.weight(best), model.languages[best]);
    let ratios = candidates.iter().map(|at| likelihood_ratio(lead - scores.weight(*at)));
    let total: f64 = ratios.sum();
    let confidence = 1.0 / total;
    let fits = scores.hits(best) * 100 >= scores.ngrams * depth.least_hits_percent();
    Some(Detected {
        language: if name == SERBIAN_LATIN { "sr" } else { name },
        confidence: quantize(confidence),
        sure: confidence >= SURE && fits,
    })
}

/// exp(-units of weight), softened: every letter is read in three n-grams, so they say a third each.
fn likelihood_ratio(units: u32) -> f64 {
    RATIOS.get(units as usize).copied().unwrap_or(0.0)
}

/// The ratio of each number of units; beyond the last it is below what a confidence shows.
///
/// By multiplication alone, so that every machine gets the same bits.
const RATIOS: [f64; 129] = {
    /// exp(-NATS_PER_UNIT / 3).
    const PER_UNIT: f64 = 0.841_138;
    assert!(NATS_PER_UNIT > 0.518 && NATS_PER_UNIT < 0.520);
    let mut ratios = [1.0; 129];
    let mut units = 1;
    while units < ratios.len() {
        let (mut square, mut left) = (PER_UNIT, units);
        while left > 0 {
            if left & 1 == 1 {
                ratios[units] *= square;
            }
            square *= square;
            left >>= 1;
        }
        units += 1;
    }
    ratios
};

fn quantize(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Sentences made up for these tests.
    const SAMPLES: &[(&str, &str)] = &[
        (
            "en",
            "The council said on Friday that the bridge would stay closed until the spring, and that nobody was hurt.",
        ),
        (
            "de",
            "Der Stadtrat teilte am Freitag mit, dass die Brücke bis zum Frühjahr gesperrt bleibt und niemand verletzt wurde.",
        ),
        (
            "fr",
            "Le conseil a annoncé vendredi que le pont resterait fermé jusqu’au printemps et que personne n’avait été blessé.",
        ),
        (
            "es",
            "El ayuntamiento anunció el viernes que el puente seguirá cerrado hasta la primavera y que no hubo heridos.",
        ),
        (
            "pt",
            "A câmara anunciou na sexta-feira que a ponte vai continuar fechada até à primavera e que não houve feridos.",
        ),
        (
            "it",
            "Il consiglio ha annunciato venerdì che il ponte resterà chiuso fino alla primavera e che nessuno è rimasto ferito.",
        ),
        (
            "nl",
            "De gemeente meldde vrijdag dat de brug tot het voorjaar gesloten blijft en dat er niemand gewond is geraakt.",
        ),
        (
            "sv",
            "Kommunen meddelade i fredags att bron förblir stängd till våren och att ingen människa skadades i olyckan.",
        ),
        (
            "da",
            "Kommunen meddelte fredag, at broen bliver ved med at være lukket indtil foråret, og at ingen blev kvæstet.",
        ),
        (
            "nb",
            "Kommunen opplyste fredag at broen fortsatt blir stengt fram til våren, og at ingen ble skadet i ulykken.",
        ),
        (
            "nn",
            "Kommunen opplyste fredag at brua ikkje blir opna før til våren, og at ingen vart skadde. Det veit dei no.",
        ),
        ("fi", "Kaupunki ilmoitti perjantaina, että silta pysyy suljettuna kevääseen asti eikä kukaan loukkaantunut."),
        (
            "pl",
            "Rada miasta poinformowała w piątek, że most pozostanie zamknięty do wiosny i że nikt nie został ranny.",
        ),
        ("cs", "Rada města v pátek oznámila, že most zůstane uzavřený až do jara a že při nehodě nebyl nikdo zraněn."),
        (
            "sk",
            "Mestská rada v piatok oznámila, že most ostane zatvorený až do jari a že pri nehode sa nikto nezranil.",
        ),
        (
            "sl",
            "Mestni svet je v petek sporočil, da bo most ostal zaprt do pomladi in da v nesreči ni bil nihče ranjen.",
        ),
        (
            "hr",
            "Gradsko vijeće priopćilo je u petak da će most ostati zatvoren do travnja te da nitko nije ozlijeđen tijekom radova.",
        ),
        (
            "sr",
            "Gradsko veće saopštilo je u petak da će most ostati zatvoren do proleća, a predsednik je rekao da niko nije povređen.",
        ),
        ("sr", "Градско веће саопштило је у петак да ће мост остати затворен до пролећа и да нико није повређен."),
        ("hu", "A városi tanács pénteken közölte, hogy a híd tavaszig zárva marad, és hogy senki sem sérült meg."),
        ("ro", "Consiliul a anunțat vineri că podul va rămâne închis până la primăvară și că nimeni nu a fost rănit."),
        (
            "tr",
            "Belediye meclisi cuma günü köprünün ilkbahara kadar kapalı kalacağını ve kimsenin yaralanmadığını açıkladı.",
        ),
        ("az", "Şəhər şurası cümə günü bildirdi ki, körpü yaza qədər bağlı qalacaq və heç kim xəsarət almayıb."),
        (
            "id",
            "Pemerintah kota mengatakan pada Jumat bahwa jembatan itu akan ditutup karena rusak dan tidak ada korban jiwa.",
        ),
        (
            "ms",
            "Kerajaan negeri berkata pada Jumaat bahawa jambatan itu akan ditutup kerana rosak dan tiada sesiapa cedera.",
        ),
        ("vi", "Hội đồng thành phố cho biết hôm thứ Sáu rằng cây cầu sẽ đóng cửa đến mùa xuân và không ai bị thương."),
        (
            "sw",
            "Baraza la mji lilisema siku ya Ijumaa kwamba daraja hilo litaendelea kufungwa na kwamba hakuna aliyejeruhiwa.",
        ),
        ("ru", "Городской совет сообщил в пятницу, что мост останется закрытым до весны и что никто не пострадал."),
        ("uk", "Міська рада повідомила в п’ятницю, що міст залишиться закритим до весни і що ніхто не постраждав."),
        ("bg", "Общинският съвет съобщи в петък, че мостът ще остане затворен до пролетта и че няма пострадали."),
        (
            "mk",
            "Градскиот совет соопшти во петокот дека мостот ќе остане затворен до пролет и дека никој не е повреден.",
        ),
        ("ar", "أعلن المجلس يوم الجمعة أن الجسر سيبقى مغلقا حتى الربيع وأن أحدا لم يصب بأذى في الحادث."),
        ("fa", "شورای شهر روز جمعه اعلام کرد که این پل تا بهار بسته می‌ماند و کسی در این حادثه آسیب ندیده است."),
        ("ur", "شہر کی کونسل نے جمعہ کو کہا کہ پل بہار تک بند رہے گا اور حادثے میں کوئی زخمی نہیں ہوا۔"),
        ("hi", "नगर परिषद ने शुक्रवार को कहा कि पुल वसंत तक बंद रहेगा और हादसे में कोई घायल नहीं हुआ है।"),
        ("mr", "शहर परिषदेने शुक्रवारी सांगितले की पूल बंद राहणार आहे आणि कोणीही जखमी झाले नाही."),
        ("ne", "नगरपालिकाले शुक्रबार पुल बन्द रहने बताएको छ र कोही पनि घाइते भएको छैन।"),
        ("he", "מועצת העיר הודיעה ביום שישי כי הגשר יישאר סגור עד האביב וכי איש לא נפגע בתאונה."),
        ("yi", "דער שטאָטראַט האָט געזאָגט אַז די בריק איז פֿאַרמאַכט און אַז קיינער איז נישט געשעדיקט געוואָרן."),
        ("el", "Το δημοτικό συμβούλιο ανακοίνωσε ότι η γέφυρα θα μείνει κλειστή."),
        ("zh", "市议会周五表示，该桥将关闭至春季，事故中无人受伤。"),
        ("ja", "市議会は金曜日、橋は春まで閉鎖されたままで、けが人はいないと発表した。"),
        ("ko", "시의회는 금요일 다리가 봄까지 폐쇄될 것이라고 밝혔다."),
        ("th", "สภาเมืองกล่าวเมื่อวันศุกร์ว่าสะพานจะปิดจนถึงฤดูใบไม้ผลิ"),
        ("ka", "საბჭომ განაცხადა, რომ ხიდი დაკეტილი დარჩება."),
        ("hy", "Խորհուրդը հայտնեց, որ կամուրջը փակ կմնա մինչև գարուն։"),
        ("bn", "কাউন্সিল শুক্রবার জানিয়েছে যে সেতুটি বন্ধ থাকবে।"),
        ("am", "ምክር ቤቱ ድልድዩ ዝግ ሆኖ እንደሚቆይ አስታወቀ።"),
    ];

    #[test]
    fn tells_the_language_of_a_sentence() {
        for (language, text) in SAMPLES {
            let found = detect_language(text).expect("law: there are letters");
            assert_eq!(found.language, *language, "{found:?} {text}");
            assert!(found.sure, "{found:?} {text}");
        }
    }

    #[test]
    fn tells_the_language_of_an_article() {
        for (language, text) in SAMPLES {
            let article = format!("{text}\n\n").repeat(40);
            let found = detect_language(&article).expect("law: there are letters");
            assert_eq!(found.language, *language, "{found:?} {text}");
            assert!(found.sure && found.confidence > 0.6, "{found:?} {text}");
        }
    }

    #[test]
    fn foreign_names_do_not_decide() {
        for (language, text) in [
            ("ja", "NASAのJames Webb Space Telescopeは新しい画像を公開した。"),
            ("zh", "据Reuters报道，Apple公司和Microsoft公司周一发布了新产品。"),
            ("ar", "قال المتحدث باسم شركة Microsoft يوم الاثنين إن الشركة ستفتح مكتبا جديدا في القاهرة."),
        ] {
            let found = detect_language(text).map(|found| (found.language, found.sure));
            assert_eq!(found, Some((language, true)), "{text}");
        }
    }

    #[test]
    fn what_is_no_language_is_not_sure() {
        for text in ["OK", "Xqzr vkwj pqzx fghj zxcv wqkz", "USD EUR GBP JPY CHF", "qqqq wwww zzzz kkkk xxxx"] {
            assert!(detect_language(text).is_none_or(|found| !found.sure), "{text}");
        }
        for text in ["", " \n", "12.05.2025 – 15:30", "😀 !?", "___"] {
            assert_eq!(detect_language(text), None, "{text}");
        }
    }

    #[test]
    fn the_softened_ratio_is_that_of_the_model() {
        for units in [0, 1, 7, 64, 128] {
            let exact = (-f64::from(units) * NATS_PER_UNIT / 3.0).exp();
            assert!((likelihood_ratio(units) - exact).abs() < 1e-3 * exact.max(1e-3), "{units}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn answers_are_well_formed(text in any::<String>(), times in 1usize..60) {
            if let Some(found) = detect_language(&text.repeat(times)) {
                prop_assert!((0.0..=1.0).contains(&found.confidence));
                prop_assert!((2..=3).contains(&found.language.len()));
                prop_assert_eq!(detect_language(&text.repeat(times)), Some(found));
            }
        }

        #[test]
        fn is_blind_to_case(at in 0..SAMPLES.len()) {
            let text = SAMPLES[at].1;
            let upper = detect_language(&text.to_uppercase().replace('İ', "I"));
            let lower = detect_language(text);
            prop_assert_eq!(upper.map(|found| found.language), lower.map(|found| found.language));
        }

        #[test]
        fn pieces_lie_in_the_text(text in "[a-z é中\u{10000}]{700,900}") {
            for cut in [GLANCE, CLOSER] {
                let found = pieces(&text, cut);
                prop_assert_eq!(found.len(), cut.0);
                prop_assert!(found.iter().all(|piece| piece.len() <= cut.1 && text.contains(piece)));
            }
        }
    }
}
