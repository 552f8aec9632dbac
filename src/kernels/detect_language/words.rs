//! Whole words that tell close languages apart, beyond what three letters show.
//!
//! Written for this file from general knowledge of the languages: spellings, function words, month and
//! day names that one standard uses and its neighbour does not. Words of four letters or more in lower
//! case (shorter ones are in the n-gram table already); a word may be listed for several languages.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Languages and their words, separated by spaces.
type WordTable = &'static [(&'static str, &'static str)];

/// Hindi, Marathi and Nepali.
pub(super) static DEVANAGARI: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(DEVANAGARI_WORDS, DEVANAGARI_ENDINGS));

/// Hebrew and Yiddish.
pub(super) static HEBREW: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(HEBREW_WORDS, &[]));

/// The words and word endings of the languages of one script; the usual language is the first.
pub(super) struct Lexicon {
    pub(super) names: Vec<&'static str>,
    /// Word to languages, one bit each.
    words: HashMap<&'static str, u8>,
    endings: Vec<(&'static str, u8)>,
}

impl Lexicon {
    fn new(words: WordTable, endings: WordTable) -> Self {
        let names: Vec<&'static str> = words.iter().map(|(name, _)| *name).collect();
        let mut by_word = HashMap::new();
        for (bit, (_, words)) in words.iter().enumerate() {
            for word in words.split_ascii_whitespace() {
                *by_word.entry(word).or_insert(0) |= 1 << bit;
            }
        }
        let ending_of = |(name, endings): &(&str, &'static str)| {
            let bit = names.iter().position(|known| known == name).unwrap_or(0);
            let endings: Vec<_> = endings.split_ascii_whitespace().map(|end| (end, 1 << bit)).collect();
            endings
        };
        Self { endings: endings.iter().flat_map(ending_of).collect(), words: by_word, names }
    }

    /// The languages a word speaks for, by its first known property; bit n is `names[n]`.
    pub(super) fn languages_of(&self, word: &str) -> u8 {
        let known = self.words.get(word).copied();
        let by_ending = || self.endings.iter().find(|(end, _)| word.ends_with(end));
        known.or_else(|| by_ending().map(|(_, bits)| *bits)).unwrap_or(0)
    }
}

/// Languages (by their names in the n-gram table) and the words that speak for them.
pub(super) const TELLING_WORDS: WordTable = &[
    (
        "hr",
        "također tijekom tijeku tjedan tjedna tjedni tjednu tisuća tisuće siječnja siječnju veljače veljači \
         ožujka ožujku travnja travnju svibnja svibnju lipnja lipnju srpnja srpnju kolovoza kolovozu rujna \
         rujnu listopada listopadu studenog studenoga prosinca prosincu uopće općenito općina općine općini \
         europski europska europske europskih europskoj europskog europa europe europi suradnja suradnje \
         suradnju suradnji priopćenje priopćenju priopćio izvijestio izvješće izvješća izvješću uvjet uvjeti \
         uvjeta uvjete zrakoplov sveučilište sveučilišta nogomet nogometni županija županije županiji obitelj \
         obitelji gospodarstvo gospodarstva gospodarski povijest povijesti kolodvor redatelj glazba glazbe \
         glazbeni točno točka točke usprkos unatoč nitko netko svatko ravnatelj odvjetnik tvrtka tvrtke \
         tvrtki nazočni nazočnosti djelatnik djelatnici hrvatska hrvatske hrvatskoj hrvatski hrvatskih \
         hrvatskog zagrebu zagreba ministarstvo promet prometa stajališta sustav sustava sustavu utjecaj \
         poticaj uporabe uporaba razina razini vijeće vijeća vijeću tajnik računalo zasigurno kazneno \
         kaznenog športski šport putovnica nakladnik knjižnica sigurnost mjesec vjerojatno uvjerljivo \
         ponajprije priopćili sudionici sudjelovati sudjelovanje osigurati organizirati organizirana \
         organiziran financijski financijske financija burza burze predsjednik predsjednika predsjednica \
         predsjedniku vrijeme vremena mjesto mjesta mjestu gdje ovdje poslije prije čovjek čovjeka djeca \
         djece djeteta ljeto svijet svijeta svijetu svjetski rijeka rijeke bijelo lijepo riječ riječi \
         riječima rješenje rješenja vidjeti živjeti primjer primjera primjeru sljedeći sljedeće uspjeh \
         uspjeha djela cijeli cijele pjesma pjesme vjera mjera mjere sjednica sjednici zahtjev zahtjeva \
         ponedjeljak srijeda srijedu nedjelja nedjelje nedjelju posljednji posljednje posljednjih zamjenik \
         promjena promjene promjenu tijelo tijela cijena cijene mjeseca mjeseci uvijek liječnik nigdje negdje \
         osjeća osjećaj vijest vijesti dijete dijela dijelu zvijezda vlasništva smjer zahtijeva naselje \
         prijedlog prijedloga",
    ),
    (
        "bs",
        "također uopće općina općine općini opštine opštini januara januar februara februar marta aprila maja \
         juna juni jula juli augusta avgusta septembra septembar oktobra oktobar novembra novembar decembra \
         decembar sedmica sedmice sedmici hiljada hiljade hiljadu evropski evropska evropske evropskoj evropa \
         evrope evropi saradnja saradnje saradnju saradnji historija historije historijski izvještaj \
         izvještaja izvještaju uslov uslovi uslova uslove saopćenje saopćenju saopćio tačno tačka tačke lahko \
         mehko kahva bosna bosne bosni bosanski bosanska bosanske bosanskog hercegovina hercegovine \
         hercegovini sarajevo sarajeva sarajevu kantona kantonu kantonalni entiteta entitet federacije \
         federaciji bošnjaci bošnjaka tuzla tuzle tuzli zenica zenici mostaru mostara takođe porodica \
         porodice porodici općinski ministarstvo firma firme firmi učešće učestvovati učestvovali univerzitet \
         univerziteta nivo nivou nivoa uticaj obezbijediti obezbjeđenje predsjedništva kazao finansijski \
         finansija organizovati organizovan preduzeće preduzeća privrede privreda uopšte vijeće vijeća \
         hiljadama muzika muzike ubijeđen bezbjednost bezbjednosti sigurnost mjesec vjerovatno predsjednik \
         predsjednika predsjednica predsjedniku vrijeme vremena mjesto mjesta mjestu gdje ovdje poslije prije \
         čovjek čovjeka djeca djece djeteta ljeto svijet svijeta svijetu svjetski rijeka rijeke bijelo lijepo \
         riječ riječi riječima rješenje rješenja vidjeti živjeti primjer primjera primjeru sljedeći sljedeće \
         uspjeh uspjeha djela cijeli cijele pjesma pjesme vjera mjera mjere sjednica sjednici zahtjev \
         zahtjeva ponedjeljak srijeda srijedu nedjelja nedjelje nedjelju posljednji posljednje posljednjih \
         zamjenik promjena promjene promjenu tijelo tijela cijena cijene mjeseca mjeseci uvijek liječnik \
         nigdje negdje osjeća osjećaj vijest vijesti dijete dijela dijelu zvijezda vlasništva smjer zahtijeva \
         naselje prijedlog prijedloga",
    ),
    (
        "sr-Latn",
        "takođe uopšte opština opštine opštini opšte januara januar februara februar marta aprila maja juna \
         jula avgusta septembra septembar oktobra oktobar novembra novembar decembra decembar nedelja nedelje \
         nedelji nedelju hiljada hiljade hiljadu evropski evropska evropske evropskoj evropa evrope evropi \
         saradnja saradnje saradnju istorija istorije istorijski izveštaj izveštaja izveštaju uslov uslovi \
         uslova uslove saopštenje saopštenju saopštio vreme vremena vremenu mesto mesta mestu mesec meseca \
         meseci mesecu predsednik predsednika predsednice predsedniku ovde negde posle čovek čoveka deteta \
         dete dece deci leto leta svet sveta svetu svetski svetske reka reke beleži belo lepo lepa lepe reči \
         rečju rešenje rešenja rešiti videti video hteo želeo živeti živeo primer primera primeru sledeći \
         sledeće sledećeg prema oseća osećaj uspeh uspeha uspeo dela delu delova dvesta cela cele celu pesma \
         pesme vera vere verovatno srbija srbije srbiji srpski srpske srpskog beograd beograda beogradu \
         dinara dinar srbi nezavisnosti bezbednost bezbednosti obezbediti ministarstvo zamenik poslednji \
         poslednje poslednjih pogled ponedeljak sreda sredu telo tela mera mere sednica sednici poslanik \
         naselje zahtev zahteva zahtevi razume primena promena promene promenu sprečiti uvek nisam nije \
         porodica zapravo preduzeće univerzitet nivo nivou uticaj finansijski muzika izvestio",
    ),
    (
        "id",
        "karena bahwa bisa uang kantor polisi yaitu senin rabu kamis jumat minggu januari februari maret \
         april agustus desember juli juni perusahaan rupiah indonesia jakarta kalau saja mobil sangat \
         provinsi kabupaten kecamatan bupati walikota gubernur pemerintah terkait namun sedangkan usai lalu \
         warga mahasiswa siswa universitas kualitas aktivitas fasilitas komunitas rumah sepeda motor listrik \
         berbeda butuh coba adanya ujar ujarnya tutur tuturnya jelasnya pihak soal sebesar miliar ribu \
         triliun persen nomor resmi dinas kota departemen ekspor impor tapi setelah kepolisian tersangka \
         korban pukul karyawan pajak ibukota pelayanan bandara wisata lantai rapat partai pemilu kampanye \
         sepakbola pelatih klub menit",
    ),
    (
        "ms",
        "kerana bahawa wang pejabat polis iaitu ialah beliau daripada isnin khamis jumaat sabtu ahad ogos \
         disember julai syarikat ringgit malaysia kuala lumpur sabah sarawak sahaja kerajaan negeri perdana \
         manakala berkata semalam kementerian dijangka sekiranya cawangan datuk encik universiti kualiti \
         aktiviti kemudahan komuniti pelajar lelaki peratus bilion mesyuarat pilihan pengerusi setiausaha \
         pembangkang boleh hendaklah sebanyak semasa selepas hospital mahkamah perlawanan jurulatih kelab \
         bajet pelancong pelancongan berjaya berkenaan membabitkan menerusi dadah tertuduh suspek peguam \
         perniagaan berusia tempatan lebuh mangsa maklumat permohonan khidmat perkhidmatan kakitangan \
         parlimen ahli umno parti",
    ),
    (
        "nb",
        "ikke etter hvordan hvorfor hvor noen selv også bare være blitt gjennom norge norges norske kroner \
         eller sier mange første siste både disse denne dette hvis uten sammen mellom mener gikk fikk hadde \
         skulle ville kunne mens sine sitt deres kommer flere mest blant tidligere hvem hver hvert ifølge \
         dagens politiet regjeringen høyre arbeiderpartiet kommune kommunen fylke stortinget oslo bergen \
         annet andre altså imidlertid landet",
    ),
    (
        "nn",
        "ikkje korleis kvifor kvar kven noko nokon nokre sjølv også berre vere vore blitt gjennom noreg \
         noregs norske kroner eller seier mange fyrste første siste både desse denne dette utan saman mellom \
         meiner gjekk fekk hadde skulle ville kunne medan sine sitt deira kjem fleire mest mykje blant \
         tidlegare kvart vart verte verta blei einaste heile gjere gjer gjort veit ikring høgare høgskule \
         kyrkje kyrkja kommune fylke fylket landet sidan dersom somme etter framleis difor likevel heim heime \
         skulen bygda meir eigen eiga eige eigne",
    ),
    (
        "da",
        "ikke efter hvordan hvorfor hvor nogle nogen noget selv også bare være blevet gennem danmark danmarks \
         danske kroner eller siger mange første sidste både disse denne dette hvis uden sammen mellem mener \
         havde skulle ville kunne mens deres kommer flere mest meget blandt tidligere hvem hver hvert ifølge \
         politiet regeringen kommune kommunen folketinget københavn aarhus andet andre altså landet mødte \
         forhold lige måske",
    ),
];

/// Devanagari: words for Hindi, Marathi and Nepali.
const DEVANAGARI_WORDS: WordTable = &[
    (
        "hi",
        "है हैं के में की और से का को पर ने नहीं यह इस कि एक था थी थे भी जो हो गया कर करने किया लिए अपने तो वह साथ कहा रहे रहा रही \
         बाद गई होने ही उन्होंने इसके उनके सकता करते दिया या तक इसे अब जाता हुए कुछ लेकिन मैं हम आप उस हुआ वे किसी",
    ),
    (
        "mr",
        "आहे आहेत आणि या च्या ची चे चा व ते तर मध्ये हा ही हे होते होता होती नाही त्यांनी त्या त्यामुळे केले केली केला \
         असे असून यांनी यांच्या यांना पण झाले झाली झाला एक मी तो ती आता करण्यात साठी त्याच्या आपल्या काही येथे म्हणून \
         तसेच त्यांच्या पुणे करून म्हणाले शकते असा अशी कोणत्याही दिली दिले येणार नाहीत",
    ),
    (
        "ne",
        "छ छन् हो र मा को का ले लाई गरेको गरेका गर्न पनि भएको थियो यो भने छैन तथा गर्ने हुने बाट लागि सम्म नेपाल भन्ने \
         उनले आफ्नो रहेको भएका गरी हुन्छ गर्दै एक साथै सबै त्यो जना दिन तर थिए बताए",
    ),
];

/// Hebrew letters: words for Hebrew and Yiddish.
const HEBREW_WORDS: WordTable = &[
    (
        "he",
        "של את על לא הוא עם זה כי גם היא אבל אני יש או אל כל רק אם מה אחרי היה היום היתה הם בין עוד יותר כמו לפני אך אין כך שלא \
         זו שם ישראל אמר פי ידי עד לאחר",
    ),
    (
        "yi",
        "און איז די פון דער צו מיט נישט ניט אין אויף האט האָט דאס דאָס אַז אז זיי ער האבן וואס וואָס װאָס אויך נאך נאָך פאר פאַר אַ צום \
         ווי אים זיך איך מען מער ווען",
    ),
];

/// Devanagari: word endings that one of the languages has and Hindi has not.
const DEVANAGARI_ENDINGS: WordTable = &[
    ("mr", "च्या ांनी ांना ाचे ाची ाचा ण्यात ातील मध्ये साठी णार णारे ण्याची ण्याचे ण्यासाठी ाळ ळे ळी ळा ळू"),
    ("ne", "हरू हरूको हरूले एको एका ुको लाई नुभयो न्छ दैछ ुभएको"),
];
