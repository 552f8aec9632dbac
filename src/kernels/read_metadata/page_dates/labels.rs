//! The words that say what a date beside them dates, in many languages, and the names of elements that say it.

use std::sync::LazyLock;

use crate::kernels::parse_html::HtmlPage;

/// What words or names say about a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// The publication.
    Published,
    /// The last change.
    Modified,
    /// Something else: an end, an event, a retrieval.
    Other,
}

/// Words of publication, lower case. Those of scripts without blanks are searched inside words.
#[rustfmt::skip]
const PUBLISHED: &[&str] = &[
    "published", "publish date", "publication", "posted", "created", "released", "release date", "issued", "written", "added", "filed",
    "submitted", "uploaded", "date", "datum", "fecha", "dato", "päiväys", "kuupäev", "dátum", "дата", "ημερομηνία", "tarih", "tarihi", "التاريخ", "تاريخ", "تاریخ", "תאריך", "tanggal", "ngày", "วันที่", "時間", "时间", "날짜", "gespeichert von", "eingereicht", "soumis", "enviado", "inviato", "inskickad",
    "veröffentlicht", "veröffentlichung", "veroeffentlicht", "erschienen", "publiziert", "erstellt", "eingestellt", "online seit", "stand vom", "stand:", "geschrieben",
    "publié", "publiée", "publication", "paru", "parue", "mis en ligne", "mise en ligne", "posté", "créé", "rédigé", "écrit",
    "publicado", "publicada", "publicación", "fecha de publicación", "creado", "posteado", "publicação", "postado", "criado",
    "pubblicato", "pubblicata", "pubblicazione", "inserito", "creato", "scritto", "postato",
    "gepubliceerd", "geplaatst", "publicatiedatum", "gepost", "publicerad", "publicerat", "publicerades", "publisert", "lagt ut", "opprettet", "publiceret", "udgivet", "offentliggjort", "oprettet", "skapad", "upplagd",
    "julkaistu", "julkaistiin", "avaldatud", "lisatud", "publicēts", "publicēta", "pievienots", "paskelbta", "paskelbtas", "publikuota", "birt", "útgefið",
    "opublikowano", "opublikowany", "data publikacji", "dodano", "dodany", "utworzono", "publikacja", "zveřejněno", "publikováno", "vydáno", "vloženo", "publikované", "zverejnené", "pridané", "objavljeno", "objavljen", "objavljena", "objavio",
    "publicat", "publicată", "postat", "adăugat", "publikálva", "megjelent", "közzétéve", "létrehozva", "feltöltve", "publikuar", "postuar",
    "опубликовано", "опубликован", "опубликована", "дата публикации", "размещено", "добавлено", "создано", "опубліковано", "дата публікації", "додано", "створено", "публикувано", "публикувана", "публикация", "објављено", "објављен", "објавено", "апублікавана", "жарияланды",
    "δημοσίευση", "δημοσιεύτηκε", "δημοσιεύθηκε", "δημοσιευμένο", "δημοσιευση", "ημ. δημοσίευσης", "ημερομηνία δημοσίευσης", "ανάρτηση", "αναρτήθηκε", "καταχώρηση", "καταχωρήθηκε",
    "yayınlanma", "yayınlandı", "yayın tarihi", "yayınlanma tarihi", "giriş tarihi", "giriş", "eklenme", "eklenme tarihi", "oluşturma", "oluşturulma", "dərc", "yayımlanma", "yayımlandı",
    "نشر", "نشرت", "نُشر", "تم النشر", "تاريخ النشر", "منشور", "انتشار", "تاریخ انتشار", "منتشر", "شائع", "شائع شدہ", "פורסם", "פורסמה", "תאריך פרסום", "עלה",
    "प्रकाशित", "प्रकाशन", "পোস্ট", "প্রকাশ", "প্রকাশিত", "প্রকাশের", "வெளியிடப்பட்ட", "பதிவு", "ప్రచురణ", "ಪ್ರಕಟಿತ", "പ്രസിദ്ധീകരിച്ചത്", "પ્રકાશિત", "ਪ੍ਰਕਾਸ਼ਿਤ", "เผยแพร่", "โพสต์", "วันที่เผยแพร่",
    "diterbitkan", "dipublikasikan", "dibuat", "terbit", "diterbitkan pada", "diposting", "đăng", "ngày đăng", "xuất bản", "đăng lúc", "inilathala", "imechapishwa",
    "发布", "發布", "发表", "發表", "發佈", "刊登", "刊出", "出版", "日期", "发文", "公開", "公開日", "掲載", "投稿", "投稿日", "配信", "作成", "등록", "입력", "작성", "게재", "게시", "발행", "기사입력", "승인",
    "first published", "originally published", "originally posted", "first posted", "originally appeared", "first appeared", "original publication",
    "erstveröffentlicht", "erstveröffentlichung", "zuerst veröffentlicht", "ursprünglich veröffentlicht", "zuerst erschienen",
    "publié initialement", "initialement publié", "publié à l'origine", "première publication", "publicado originalmente", "originalmente publicado", "publicada originalmente",
    "pubblicato originariamente", "pubblicato originalmente", "prima pubblicazione", "oorspronkelijk gepubliceerd", "eerder gepubliceerd", "ursprungligen publicerad", "först publicerad",
    "oprindeligt udgivet", "først publisert", "opprinnelig publisert", "pierwotnie opublikowano", "pierwsza publikacja", "původně publikováno", "впервые опубликовано", "первоначально опубликовано",
    "ilk yayınlanma", "ilk yayın", "初出", "首次发布", "首发", "最初発表",
    "publikuota", "gamepubliseer", "argitaratua", "publicat el", "publicado o", "foilsithe", "cyhoeddwyd", "გამოქვეყნდა", "հրապարակվել", "нийтэлсэн",
];

/// Words of change, lower case.
#[rustfmt::skip]
const MODIFIED: &[&str] = &[
    "updated", "update", "last updated", "modified", "last modified", "revised", "edited", "last edited", "amended", "changed", "corrected", "reviewed", "last reviewed", "refreshed",
    "aktualisiert", "aktualisierung", "letzte änderung", "geändert", "zuletzt bearbeitet", "bearbeitet", "überarbeitet", "zuletzt",
    "mis à jour", "mise à jour", "modifié", "modifiée", "actualisé", "maj", "màj", "dernière modification", "révisé", "édité",
    "actualizado", "actualizada", "actualización", "última actualización", "modificado", "editado", "atualizado", "atualizada", "atualização", "modificação", "alterado",
    "aggiornato", "aggiornata", "aggiornamento", "ultima modifica", "modificato", "ultimo aggiornamento",
    "bijgewerkt", "gewijzigd", "laatste update", "aangepast", "laatst", "uppdaterad", "uppdaterat", "uppdaterades", "ändrad", "senast ändrad", "oppdatert", "sist oppdatert", "sist endret", "endret", "opdateret", "ændret", "senest",
    "päivitetty", "muokattu", "päivitettiin", "uuendatud", "muudetud", "atjaunots", "atjaunināts", "labots", "atnaujinta", "atnaujintas", "pakeista", "uppfært",
    "aktualizacja", "zaktualizowano", "ostatnia aktualizacja", "zmodyfikowano", "ostatnia modyfikacja", "aktualizováno", "aktualizace", "upraveno", "aktualizované", "upravené", "ažurirano", "izmijenjeno", "ažuriran", "zadnja izmjena", "posodobljeno", "spremenjeno",
    "actualizat", "actualizare", "modificat", "frissítve", "frissült", "módosítva", "frissítés", "përditësuar",
    "обновлено", "обновлён", "обновлен", "обновлена", "изменено", "отредактировано", "последнее обновление", "дата изменения", "оновлено", "змінено", "оновлення", "обновена", "обновено", "актуализирано", "променена", "ажурирано", "измењено", "абноўлена", "жаңартылды",
    "ενημέρωση", "ενημερώθηκε", "τελευταία ενημέρωση", "ανανεώθηκε", "τροποποίηση", "ανανέωση", "τροποποιήθηκε",
    "güncelleme", "güncellendi", "güncellenme", "son güncelleme", "son güncellenme", "değiştirilme", "düzenlenme", "yeniləndi",
    "تحديث", "آخر تحديث", "تم التحديث", "حدث", "عدل", "به روز", "بروزرسانی", "به‌روزرسانی", "آخرین", "تازہ", "اپ ڈیٹ", "עודכן", "עדכון", "עודכנה",
    "अपडेट", "अद्यतन", "संशोधित", "अपडेटेड", "আপডেট", "হালনাগাদ", "புதுப்பிக்கப்பட்டது", "అప్‌డేట్", "ಅಪ್ಡೇಟ್", "അപ്ഡേറ്റ്", "અપડેટ", "ਅੱਪਡੇਟ", "อัปเดต", "อัพเดต", "อัพเดท", "แก้ไข", "ปรับปรุง",
    "diperbarui", "diperbaharui", "diubah", "pembaruan", "dikemas kini", "cập nhật", "sửa", "chỉnh sửa", "imesasishwa",
    "更新", "修改", "修訂", "最后更新", "最後更新", "編輯", "最終更新", "更新日", "修正", "改訂", "수정", "최종수정", "업데이트", "갱신",
    "actualitzat", "eguneratua", "gaurkotua", "nuashonraithe", "diweddarwyd", "განახლდა", "թարմացվել",
];

/// Words of other dates, lower case.
#[rustfmt::skip]
const OTHER: &[&str] = &[
    "©", "copyright", "until", "till", "deadline", "expires", "expiry", "expired", "valid", "ends", "closing date", "due", "born", "died", "since", "joined", "member since", "registered", "starts", "begins", "event", "when", "accessed", "retrieved", "archived", "today", "effective", "site last updated", "site updated", "website last updated", "website updated",
    "bis", "gültig", "läuft", "endet", "ab", "seit", "abgerufen", "heute", "geboren", "jusqu'au", "jusqu’au", "valable", "depuis", "consulté", "aujourd'hui", "hasta", "válido", "desde", "consultado", "hoy", "até", "hoje", "fino al", "scadenza", "dal", "oggi", "tot", "geldig", "sinds", "vandaag",
    "до", "действует", "сегодня", "до дня", "ważne do", "do dnia", "dziś", "dzisiaj", "έως", "μέχρι", "σήμερα", "kadar", "bugün", "截止", "截至", "今天", "有効期限", "締切", "마감", "오늘",
];

/// What the words before a date (or, with less weight, those behind it) say: the label that stands nearest.
pub(super) fn label_before(words: &str) -> Option<Label> {
    find_label(words, |found| found.1).map(|told| told.label)
}

/// What the words behind a date say; a label that leads to a number or a colon belongs to what follows.
pub(super) fn label_behind(words: &str) -> Option<Label> {
    find_label(words, |found| usize::MAX - found.0).filter(|told| !told.leads_on).map(|told| told.label)
}

/// Whether a line is a label and little more.
pub(super) fn is_label(line: &str) -> bool {
    let letters = line.chars().filter(|it| it.is_alphabetic()).count();
    find_label(line, |found| found.1).is_some_and(|told| told.length * 2 >= letters)
}

/// A label among words.
struct Told {
    label: Label,
    /// In bytes, in lower case.
    length: usize,
    /// A colon or a number follows.
    leads_on: bool,
}

/// The label whose rank, a function of its first byte and the byte behind its last, is the highest; of equal ones the longest.
fn find_label(words: &str, rank: impl Fn((usize, usize)) -> usize) -> Option<Told> {
    if words.trim().is_empty() {
        return None;
    }
    let lower = words.to_lowercase();
    let mut best: Option<((usize, usize), usize, Label)> = None;
    let mut last = None;
    for (start, letter) in lower.char_indices() {
        let begins = is_unparted(letter) || last.is_none_or(|last: char| !last.is_alphabetic() || is_unparted(last));
        last = Some(letter);
        if !begins {
            continue;
        }
        let rest = lower.get(start..).unwrap_or_default();
        for (word, label) in LABELS.beginning_with(letter).filter(|(word, _)| rest.starts_with(word)) {
            let end = start + word.len();
            let key = (rank((start, end)), word.len());
            if ends_there(&lower, end) && best.is_none_or(|(known, ..)| key > known) {
                best = Some((key, end, *label));
            }
        }
    }
    best.map(|((_, length), end, label)| {
        let next = lower.get(end..).unwrap_or_default().trim_start().chars().next();
        Told { label, length, leads_on: next.is_some_and(|it| it == ':' || it == '：' || it.is_numeric()) }
    })
}

/// The labels, sorted.
static LABELS: LazyLock<LabelTable> = LazyLock::new(LabelTable::new);

struct LabelTable(Vec<(&'static str, Label)>);

impl LabelTable {
    fn new() -> Self {
        let lists = [(PUBLISHED, Label::Published), (MODIFIED, Label::Modified), (OTHER, Label::Other)];
        let mut rows: Vec<_> =
            lists.into_iter().flat_map(|(list, label)| list.iter().map(move |word| (*word, label))).collect();
        rows.sort_unstable_by_key(|row| row.0);
        Self(rows)
    }

    fn beginning_with(&self, letter: char) -> impl Iterator<Item = &(&'static str, Label)> {
        let first = |row: &(&str, Label)| row.0.chars().next();
        let from = self.0.partition_point(|row| first(row) < Some(letter));
        self.0.get(from..).unwrap_or_default().iter().take_while(move |row| first(row) == Some(letter))
    }
}

/// Whether a word ends at a place: no letter goes on, or the script parts no words.
fn ends_there(text: &str, end: usize) -> bool {
    let (head, tail) = text.split_at_checked(end).unwrap_or((text, ""));
    let goes_on = tail.chars().next().is_some_and(|it| it.is_alphabetic() && !is_unparted(it));
    !goes_on || head.chars().next_back().is_some_and(is_unparted)
}

/// Han, Kana, Hangul, Thai and their neighbours: words touch.
pub(super) fn is_unparted(letter: char) -> bool {
    matches!(letter, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')
}

/// What the names of an element say about the dates in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// It is said to hold dates of publication.
    pub published: bool,
    /// It is said to hold dates of change.
    pub modified: bool,
    /// It is said to hold a date, a time, a byline.
    pub date: bool,
    /// How often it is said to be no part of the article.
    pub apart: u8,
    /// It is said to hold what readers write.
    pub is_comment: bool,
    /// It is said to hold an event.
    pub is_event: bool,
    /// It is said to tell what day it is.
    pub is_today: bool,
    /// What says that it is no part of the article is more than a name: an element that frames pages, or a picture.
    pub is_framed: bool,
}

/// Parts of names of what does not belong to the article.
#[rustfmt::skip]
const APART: &[&str] = &[
    "related", "relatedposts", "sidebar", "aside", "footer", "recommended", "recommendation", "recommendations", "recommend",
    "popular", "trending", "latest", "teaser", "teasers", "promo", "newsletter", "nav", "navbar", "navigation", "menu", "carousel", "slider", "similar", "recirc", "weather", "ticker", "calendar", "mostread", "most", "upnext", "readnext", "cookie", "modal", "popup",
    "archive", "archives", "pager", "pagination", "siblings", "prevnext", "adjacent", "citation", "references", "topbar", "caption", "figure", "gallery", "breaking",
];

/// Parts of names of events, whose days are not those of the article.
const EVENT: &[&str] = &["event", "events", "vevent", "agenda"];

/// Names of what tells the day on which a page is read.
const TODAY: &[&str] =
    &["current-date", "currentdate", "current_date", "today", "todaysdate", "todays-date", "date-today", "masthead"];

/// Beginnings of names that say what an element has or has not, not what it is.
const STATES: &[&str] = &["has-", "no-", "with-", "without-", "show-", "hide-"];

/// Parts of names of what readers write.
const COMMENT: &[&str] = &[
    "comment",
    "comments",
    "commentlist",
    "commentmetadata",
    "commentaires",
    "kommentare",
    "kommentar",
    "disqus",
    "reply",
    "replies",
    "respond",
];

/// Reads the names of an element: class, id, itemprop and the like.
pub(super) fn read_names(page: &HtmlPage, node: usize) -> Names {
    let mut names = Names::default();
    for (attribute, value) in page.attributes(node) {
        match &**attribute {
            "class" | "id" | "data-testid" | "data-test" | "data-qa" | "role" | "rel" | "data-component" => {
                names.read(value);
            }
            "itemprop" => names.read_property(value),
            "pubdate" => names.published = true,
            _ => {}
        }
    }
    names
}

impl Names {
    fn read(&mut self, value: &str) {
        let lower = value.get(..value.floor_char_boundary(256)).unwrap_or_default().to_ascii_lowercase();
        for token in lower.split_ascii_whitespace() {
            let told = told_by(token.as_bytes());
            self.published |= told.published;
            self.modified |= told.modified;
            self.date |= told.date && !told.modified;
            // Builders of pages call every part a widget; only what begins with the word is one.
            self.apart |= u8::from(token.starts_with("widget"));
            // `has-replies` tells of a state.
            if STATES.iter().any(|state| token.starts_with(state)) {
                continue;
            }
            self.is_today |= TODAY.contains(&token);
            for part in token.split(['-', '_', ':', '.']) {
                // Some outlets call their news events: `event-date` may be the date of one.
                self.is_event |= EVENT.contains(&part) && !told.date;
                self.apart |= u8::from(APART.contains(&part));
                // `date-comments` holds the date and how many comments there are; `comment-date` is the date of one.
                self.is_comment |= COMMENT.contains(&part) && !(told.date && part == "comments");
            }
        }
    }

    fn read_property(&mut self, value: &str) {
        for token in value.split_ascii_whitespace() {
            match token {
                "datePublished" | "dateCreated" => self.published = true,
                "dateModified" => self.modified = true,
                "comment" | "review" => self.is_comment = true,
                "startDate" | "endDate" => self.apart = 1,
                _ => {}
            }
        }
    }
}

/// What the stems in a name say.
fn told_by(name: &[u8]) -> Names {
    let mut told = Names::default();
    for at in 0..name.len() {
        let rest = name.get(at..).unwrap_or_default();
        let any = |stems: &[&[u8]]| stems.iter().any(|stem| rest.starts_with(stem));
        match name.get(at) {
            Some(b'p') => told.published |= any(&[b"publi", b"posted", b"pubdate"]),
            Some(b'c') => told.published |= any(&[b"created"]),
            Some(b'u') => told.modified |= any(&[b"update"]),
            Some(b'a') => told.modified |= any(&[b"aktualisiert"]),
            Some(b'l') => told.modified |= any(&[b"lastmod"]),
            Some(b'm') => {
                told.modified |= any(&[b"modif"]);
                told.date |= any(&[b"meta"]);
            }
            Some(b'd') => told.date |= any(&[b"date", b"datum"]),
            Some(b't') => told.date |= any(&[b"time"]),
            Some(b'f') => told.date |= any(&[b"fecha"]),
            Some(b'b') => told.date |= any(&[b"byline"]),
            Some(b'i') => told.date |= any(&[b"info"]),
            _ => {}
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_label_counts() {
        for (words, expected) in [
            ("Published: ", Some(Label::Published)),
            ("First published by A. Writer, updated on ", Some(Label::Modified)),
            ("This text was first published on ", Some(Label::Published)),
            ("Aktualisiert am ", Some(Label::Modified)),
            ("Veröffentlicht am ", Some(Label::Published)),
            ("Mis à jour le ", Some(Label::Modified)),
            ("发布时间：", Some(Label::Published)),
            ("最后更新：", Some(Label::Modified)),
            ("Δημοσίευση: ", Some(Label::Published)),
            ("Offer valid until ", Some(Label::Other)),
            ("By A. Writer ", None),
            ("Republishedness ", None),
            ("", None),
        ] {
            assert_eq!(label_before(words), expected, "{words}");
        }
        assert_eq!(label_behind(" (updated), published elsewhere"), Some(Label::Modified));
        assert_eq!(label_behind(" / Updated 8 hours ago"), None);
        assert_eq!(label_behind(" Uhr veröffentlicht."), Some(Label::Published));
    }

    #[test]
    fn labels_are_lower_case() {
        assert!([PUBLISHED, MODIFIED, OTHER].into_iter().flatten().all(|word| word.to_lowercase() == **word));
    }

    #[test]
    fn names_of_elements_say_what_they_hold() {
        let names = |html: &str| {
            let page = crate::kernels::parse_html::parse_html(html);
            let node = (1..page.len()).find(|it| &**page.name(*it) == "div").expect("a division");
            read_names(&page, node)
        };
        assert!(names("<div class='post-date'>").date && names("<div itemprop=datePublished>").published);
        let updated = names("<div class='last-updated'>");
        assert!(updated.modified && !updated.date && !updated.published);
        assert!(names("<div id=related-posts>").apart == 1 && names("<div class=entry-content>").apart == 0);
        assert!(names("<div class=comments>").is_comment && !names("<div class=has-comments>").is_comment);
        assert!(names("<div class=comment-date>").is_comment && !names("<div class=post-date-comments>").is_comment);
    }
}
