//! Words that stand around the names of authors, in many languages.
//!
//! General vocabulary, gathered from dictionaries: what stands before a name, what joins names, which small words names hold, and what
//! shows that something is an office or a label and no person. Commas part the entries; all are in lower case.

use std::sync::LazyLock;

/// A list of words or phrases.
#[derive(Debug)]
pub struct Words(LazyLock<Vec<&'static str>>);

impl Words {
    /// Whether the list has a word, in lower case.
    pub fn has(&self, word: &str) -> bool {
        self.0.binary_search(&word).is_ok()
    }

    /// Whether the list has a word, whatever the case, signs around it not counted.
    pub fn holds(&self, word: &str) -> bool {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '&' && c != '+');
        if bare.chars().any(char::is_uppercase) { self.has(&bare.to_lowercase()) } else { self.has(bare) }
    }
}

fn sorted(list: &'static str) -> Vec<&'static str> {
    let mut words: Vec<_> = list.split([',', '\n']).map(str::trim).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    words
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $list:literal;)*) => {
        $($(#[$doc])* pub static $name: Words = Words(LazyLock::new(|| sorted($list)));)*
    };
}

/// Words right before names without a space, in scripts that write none.
pub const DENSE_LEADS: &[&str] = &[
    "作者",
    "撰文",
    "撰稿",
    "本报记者",
    "本報記者",
    "记者",
    "記者",
    "文",
    "文字",
    "文图",
    "文圖",
    "图文",
    "圖文",
    "文/图",
    "文/圖",
    "文・写真",
    "取材・文",
    "采写",
    "採訪",
    "通讯员",
    "通訊員",
    "글",
    "작성자",
    "執筆",
    "筆者",
    "著者",
];

/// Words before whoever did other work than the writing, in scripts that write no blanks: source, editors, pictures, translation.
pub const DENSE_CREDITS: &[&str] = &[
    "来源",
    "來源",
    "稿源",
    "出处",
    "出處",
    "責任編輯",
    "责任编辑",
    "责编",
    "責編",
    "編輯",
    "编辑",
    "主编",
    "主編",
    "编审",
    "审核",
    "審核",
    "审校",
    "校对",
    "校對",
    "监制",
    "監製",
    "摄影",
    "攝影",
    "摄",
    "攝",
    "图",
    "圖",
    "图片",
    "圖片",
    "图源",
    "制图",
    "製圖",
    "视频",
    "影片",
    "剪辑",
    "剪輯",
    "配音",
    "译",
    "譯",
    "翻译",
    "翻譯",
    "编译",
    "編譯",
    "写真",
    "写真提供",
    "撮影",
    "画像",
    "編集",
    "翻訳",
    "訳",
    "出典",
    "監修",
    "イラスト",
    "提供",
    "사진",
    "사진제공",
    "편집",
    "번역",
    "그림",
    "출처",
    "영상",
    "촬영",
    "감수",
    "자료",
    "ภาพ",
    "แปล",
    "ที่มา",
    "บรรณาธิการ",
];

words! {
    /// Words for work other than writing and for those who do it, which a colon or one of [`CREDIT_BY`] follows.
    CREDITS = "
        animation, artwork, audio, bearbeitet, bearbeitung, beeld, bild, bilde, bilder, bildquelle, billede, billeder, bron, camera,
        cartoon, checked, checker, checking, courtesy, cover, credit, credits, cámara, crédit, crédito, créditos, crédits, dessin,
        dessins, disegni, diseño, edición, edited, editing, editado, editor, editor-in-chief, editora, editors, editör, edição,
        eindredactie, fact-checked, fact-checking, fonte, fonti, fordítás, forrás, fot, foto, foto's, foto’s, fotograaf, fotograf,
        fotografer, fotografia, fotografias, fotografie, fotografin, fotografo, fotografía, fotografías, fotos, fotoğraf, fotoğraflar,
        fotó, fotók, fotógrafa, fotógrafo, fuente, fuentes, grafica, grafik, grafika, grafiken, grafikk, graphic, graphics, gráficos,
        görsel, görseller, illustrated, illustraties, illustratie, illustration, illustrationen, illustrations, illustrator,
        illustrasjon, illustrazione, illustrazioni, illustriert, illustré, ilustrace, ilustraciones, ilustración, ilustracja,
        ilustracje, ilustrado, ilustração, ilustrações, image, imagem, imagen, imagens, images, imágenes, immagine, immagini,
        infographic, infographics, infographie, infografía, izvor, kamera, kaynak, kilde, korekta, kresba, kurgu, kuva, kuvat, källa,
        käännös, kép, képek, lektorat, lektura, lähde, montage, montaje, narrated, nguồn, oversat, oversatt, oversettelse,
        oversættelse, penerjemah, photo, photographe, photographer, photographie, photographies, photographs, photography, photos,
        picture, pictures, preklad, prevod, prijevod, produced, producer, production, produktion, proofreading, przekład, překlad,
        quelle, quellen, redakteur, redakteurin, redaktion, redaktör, redaktør, redigerad, redigeret, redigering, redigert, redigiert,
        relecture, reviewed, reviewer, revisado, revisão, schnitt, snímek, source, sources, sumber, sursa, sursă, szerkesztő, tegning,
        titelbild, traducción, traducido, traductor, traductora, traduction, traduit, traduzido, traduzione, tradotto, tradução,
        translated, translation, translator, tłumaczenie, urednik, valokuvat, verantwortlich, vertaald, vertaling, video, videography,
        videos, vidéo, vidéos, vídeo, vídeos, zdjęcia, zdjęcie, zdroj, çeviri, ảnh, édité, éditeur, édition, översatt, översättning,
        übersetzer, übersetzerin, übersetzt, übersetzung, źródło, βίντεο, μετάφραση, πηγή, φωτογραφία, φωτογραφίες, φωτό, видео,
        відео, джерело, извор, иллюстрации, иллюстрация, инфографика, источник, коллаж, корректор, монтаж, оператор, перевод,
        переклад, превод, редактор, редакция, рисунок, снимка, снимки, фото, фотограф, фотографии, фотография, ілюстрація, איור,
        מקור, עריכה, צילום, צילומים, תרגום, المصدر, تحرير, ترجمة, ترجمه, تصوير, صور, صورة, عکاس, عکس, محرر, مراجعة, مصدر,
        مترجم, منبع, ویراستار, अनुवाद, फोटो, संपादक, संपादन, स्रोत
    ";
    /// Verbs that need nothing between them and whoever did other work.
    CREDIT_VERBS = "
        fordította, prevela, preveo, przetłumaczył, przetłumaczyła, přeložil, přeložila, szerkesztette, uredila, uredio, çeviren,
        перевел, перевела, перевёл
    ";
    /// Prepositions behind words for work: `Photos by`, `Traduction de`.
    CREDIT_BY = "
        af, av, by, da, de, di, do, door, from, od, of, oleh, par, por, przez, vom, von
    ";
    /// Words and phrases before a name.
    LEADS = "
        a cura di, added by, af, article by, article de, articolo di, artikel von, auteur, auteure, auteurs,
        author, authored by, authors, autor, autor/in, autor:in, autora, autore, autoren, autores, autori,
        autorin, autorius, autorka, autors, av, beitrag von, by, commentary by, compiled by, contributed by,
        created by, da, di, door, eftir, ein artikel von, ein beitrag von, ein gastbeitrag
        von, ein kommentar von, eine analyse von, eine kolumne von, eingestellt von, ekleyen, enviado por,
        erstellt von, escrito por, forfatter, författare, gastbeitrag von, gepost door, gepostet von, geschreven
        door, geschrieben von, gespeichert von, gönderen, höfundur, inserito da, interview, interview by,
        interview von, inviato da, kirjoittaja, kirjoittanut, kolumne von, kommentar von, mis en ligne par,
        muhabir, napisal, napisane przez, napisał, napisała, napsal, napsala, oleh, opracował, par, penulis,
        piše, por, postado por, posted by, propos recueillis par, proposé par, przez, pubblicato da, publicada
        por, publicado por, publicerad av, publisert av, published by, publiziert von, publié par, redactado
        por, report by, reported by, reporter, reporting by, rédigé par, scris de, scritto da, skrevet af,
        skrevet av, skriven av, skrivet av, story by, submitted by, szerző, tekst, teksti, testo di, text, text
        by, text von, texte, texte de, texto, texto de, tác giả, un article de, uploaded by, verfasser,
        verfasserin, verfasst von, veröffentlicht von, vom, von, words by, writer, written by, yayınlayan,
        yazan, yazar, écrit par, írta, από, γράφει η, γράφει ο, συντάκτης, της, του, автор, автори, авторы,
        добавил, написал, опубликовал, опубликовано, от, текст, כתב, מאת, إعداد, الكاتب, بقلم, كتب, كتبت, نوشته,
        نویسنده, द्वारा, लेखक, ผู้เขียน, โดย, 글, 작성자
    ";
    /// Words right behind names (Korean, Chinese and Japanese for reporter, editor, writer).
    TAILS = "
        編集委員, 記者, 记者, 기자, 논설위원, 선임기자, 특파원
    ";
    /// Words that join two names.
    JOINERS = "
        &, +, and, avec, en, et, ja, mit, och, og, oraz, und, ve, with, és, și, και, и, та
    ";
    /// Words that join two names but stand in names, too: they part full names only.
    WEAK_JOINERS = "
        a, com, con, e, i, y
    ";
    /// Small words within names.
    PARTICLES = "
        't, af, al, ap, av, bar, ben, bin, bint, d, da, das, de, dei, del, della, den, der, di, do, dos, du, el,
        ibn, la, le, los, op, st, te, ten, ter, van, von, y, zu, zum, zur
    ";
    /// Words of roles: a name ends before them.
    ROLES = "
        analyst, assistant, associate, attorney, ceo, cfo, chefredakteur, chefredakteurin, chief, coach,
        columnist, consultant, content, contributing, contributor, coordinator, correspondant, correspondent,
        corresponsal, cto, deputy, developer, director, editor, editora, engineer, executive, expert, experte,
        expertin, former, founder, freelance, grader, head, journalist, lawyer, lead, manager, managing, marketing,
        medical, officer, owner, photographer, photography, president, principal, producer, product, professor,
        redakteur, redakteurin, reporter, representative, researcher, reviewed, reviewer, senior, specialist,
        strategist, strategy, vice, volontär, volontärin, writer
    ";
    /// Words of bodies: a name that ends in one is that of a body, the name of a person ends before them.
    BODIES = "
        abteilung, agence, agencia, agencies, agency, agentur, association, blog, bureau, club, community,
        company, contributors, corporation, correspondents, council, department, desk, dienst, digital,
        editorial, editors, foundation, gmbh, group, inc, institut, institute, ltd, magazine, media,
        nachrichten, network, news, newsdesk, newsroom, office, online, partner, press, presse, print, radio,
        redaccion, redacción, redactie, redakcja, redaktion, redaktionen, redazione, redação, reporters,
        rédaction, service, services, society, staff, store, team, times, today, tv, university, universität,
        verband, verein, video, writers, zeitung, редакция, редакції
    ";
    /// Words in names of places, not of persons.
    PLACE_WORDS = "
        abu, addis, bad, bay, beach, buenos, cape, city, costa, county, den, east, eastern, el, fort, frankfurt, great, hall, hong,
        island, islands, kuala, lake, las, los, mount, new, north, northern, nova, novi, nueva, port, porto, puerto, rio, river, saint,
        saint-, san, santa, santo, sierra, south, southern, sri, st, stary, são, tel, the, town, united, upper, west, western, нижний,
        новая, новый, санкт
    ";
    /// Words for persons that did other work, which label a name without a sign.
    CREDIT_PERSONS = "
        editor, editora, editors, editör, fotograf, fotógrafa, fotógrafo, illustrator, photographe, photographer, producer, redakteur,
        redakteurin, redaktør, redaktör, reviewer, szerkesztő, traductor, traductora, translator, urednik, übersetzer, übersetzerin,
        редактор, фотограф, محرر, مترجم, संपादक
    ";
    /// Labels and links, which are nobody's name.
    LABELS = "
        about, aktualisiert, all, alle, amp, article, articles, author, autor, beiträge, bio, category, checked,
        column, comment, comments, conditions, contact, copied, copy, copyright, date, datum, email, facebook, fact, follow,
        foto, fotos, full, guest, hello, hi, hide, ihr, ihre, image, images, inside, instagram, kommentare,
        kontakt, last, learn, link, linkedin, live, meet, mehr, min, mins, minutes, modified, more, my, newsletter,
        no, our, photo, photos, policy, post, posted, posts, privacy, profil, profile, publicado, published,
        publié, quelle, read, reading, related, schreiben, section, share, show, sign, source, stand, subscribe,
        telegram, terms, this, twitter, updated, veröffentlicht, view, watch, we, website, weitere, welcome,
        whatsapp, you, your, zeige, zum, zur, 一覧, 全部, 更多, 記事, 記事一覧
    ";
    /// Weekdays and months in the large languages, as they stand beside a byline; a name ends before them.
    DATE_WORDS = "
        abril, agosto, août, apr, april, aprile, aug, august, augusti, augustus, avril, dec, december, desember,
        dez, dezember, dezembro, dicembre, diciembre, dienstag, dimanche, domingo, donnerstag, décembre, enero,
        feb, febbraio, febrero, februar, februari, february, fevereiro, freitag, fri, friday, février, gennaio,
        giugno, jan, janeiro, januar, januari, january, janvier, jeudi, jueves, juillet, juin, jul, julho, juli,
        julio, july, jun, june, junho, juni, junio, luglio, lundi, lunes, maart, maggio, mai, maio, mar, march,
        mardi, mars, martes, marzo, março, mayo, mei, mercredi, mittwoch, miércoles, mon, monday, montag, märz,
        nov, november, novembre, novembro, noviembre, oct, october, octobre, octubre, okt, oktober, ottobre,
        outubro, samedi, samstag, sat, saturday, sep, sept, september, septembre, septiembre, setembro,
        settembre, sonntag, sun, sunday, sábado, thu, thursday, tue, tuesday, vendredi, viernes, wed, wednesday
    ";
    /// Parts of `class`, `id` and addresses that name an author, in the words that page builders use.
    CLASS_WORDS = "
        auteur, auteurs, author, authorname, authors, autor, autore, autoren, autores, autori, byline, bylines,
        byuser, contributor, contributors, forfatter, journalist, postedby, redakteur, reporter, reporters,
        schreiber, signature, verfasser, writer, writers, writtenby
    ";
    /// Parts of `class` and `id` of what is not the article's own: comments, navigation, lists of other articles.
    FOREIGN_WORDS = "
        comment, commentlist, comments, latest, menu, modal, nav, navigation, popular, recommended, related,
        replies, reply, respond, teaser, teasers
    ";
    /// Parts of `class` and `id` of what stands beside or below an article.
    BESIDE_WORDS = "
        footer, newsletter, sidebar, widget
    ";
    /// Prepositions before an author; what stands in front of them is a note (`Recipe by`, `Ein Bericht von`).
    BY_WORDS = "
        af, av, by, door, oleh, par, por, vom, von
    ";
    /// Small words that end a name: what follows is a date or a place.
    STOPS = "
        ago, am, at, for, für, il, in, le, on, para, pour, um, vor, à
    ";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_words_in_any_case() {
        assert!(ROLES.holds("Editor,") && JOINERS.holds("&") && LEADS.has("written by") && !LEADS.has("Written by"));
        let lists = [
            &CREDITS,
            &CREDIT_VERBS,
            &CREDIT_BY,
            &CREDIT_PERSONS,
            &PLACE_WORDS,
            &LEADS,
            &JOINERS,
            &PARTICLES,
            &ROLES,
            &BODIES,
            &LABELS,
            &DATE_WORDS,
            &CLASS_WORDS,
            &STOPS,
        ];
        assert!(lists.iter().all(|list| list.0.iter().all(|word| word.to_lowercase() == *word)));
    }
}
