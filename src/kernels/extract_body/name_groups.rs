//! What elements call themselves: tags, roles and the words in class names and ids, in groups that mean the same.
//!
//! The words are those that web developers use everywhere, whatever the language of the page.

use html5ever::{LocalName, local_name};

use crate::kernels::parse_html::HtmlPage;

macro_rules! groups {
    ($($variant:ident: $anywhere:expr, $whole:expr;)*) => {
        /// A group of names; its number is the bit in a [`Names`] mask.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Group { $($variant,)* }

        /// Number of groups.
        pub(super) const GROUPS: usize = [$(Group::$variant,)*].len();

        /// (group, words found anywhere in a name, words that must stand alone).
        const WORDS: [(Group, &[&str], &[&str]); GROUPS] = [$((Group::$variant, &$anywhere, &$whole),)*];
    };
}

groups! {
    // By tag or role first.
    TagArticle: [], [];
    TagMain: [], [];
    TagHeader: [], [];
    TagFooter: [], [];
    TagNav: [], [];
    TagAside: [], [];
    TagFigure: [], [];
    TagCaption: [], [];
    TagForm: [], [];
    TagTable: [], [];
    TagList: [], [];
    TagItem: [], [];
    TagQuote: [], [];
    TagSection: [], [];
    TagTerms: [], [];
    TagButton: [], [];
    TagAddress: [], [];
    TagDetails: [], [];
    TagNoscript: [], [];
    TagCustom: [], [];
    TagPre: [], [];
    Hidden: [], [];
    Microdata: ["articlebody"], [];
    // By the words of class, id and the like.
    Navigation: ["nav", "menu", "crumb", "pagination", "pager", "toolbar"], ["tabs", "tab", "skip"];
    Head: ["header", "masthead", "topbar"], ["top", "head", "hero"];
    Foot: ["footer", "copyright", "colophon"], ["foot", "bottom", "legal"];
    Side: ["sidebar", "aside", "widget"], ["side", "rail", "right", "left", "secondary", "column", "col"];
    Comment: ["comment", "disqus", "respond", "discussion", "kommentar"], ["reply", "replies", "thread", "forum", "ugc"];
    Related: ["related", "recommend", "recirc", "outbrain", "taboola", "readmore", "mostread", "trending", "popular", "similar"],
        ["more", "also", "latest", "next", "previous", "prev", "up", "see", "suggested", "further", "most"];
    Share: ["share", "sharing", "social", "facebook", "twitter", "addthis", "whatsapp"], ["follow", "like", "tools", "actions"];
    Advert: ["advert", "sponsor", "promo", "affiliate", "commercial", "banner"], ["ad", "ads", "adv", "dfp", "gpt", "cta", "offer"];
    Subscribe: ["newsletter", "subscri", "signup", "signin", "login", "regist", "paywall", "donat", "regwall"],
        ["premium", "optin", "piano", "member", "support", "account"];
    Caption: ["caption", "credit", "legend"], ["copyright", "alt"];
    Media: ["photo", "image", "gallery", "slide", "video", "player", "picture", "carousel", "figure", "media"],
        ["img", "pic", "audio", "podcast", "swiper"];
    Byline: ["byline", "author", "contributor", "profile", "writer", "avatar"], ["bio", "by", "about", "vcard"];
    Meta: ["publish", "timestamp", "meta", "dateline", "updated"], ["date", "time", "info", "details", "readtime", "views"];
    Tags: ["categor", "keyword", "taxonomy"], ["tag", "tags", "topic", "topics", "label", "labels", "section", "channel"];
    Title: ["title", "headline", "kicker", "eyebrow"], ["heading", "h1", "hed"];
    Lead: ["summary", "excerpt", "standfirst", "subtitle", "subhead", "chapeau", "teaser", "intro"],
        ["lead", "lede", "deck", "dek", "description", "abstract", "sapo", "strapline", "perex", "vorspann"];
    Article: ["article", "story", "artikel", "noticia", "articulo", "articolo"], ["post", "entry", "news", "blog", "single", "hentry"];
    Body: ["body", "content", "texto", "contenido", "prose", "wysiwyg", "richtext", "paragraph", "inhalt"],
        ["text", "copy", "rich", "para", "cuerpo", "markdown", "txt", "p"];
    Main: ["main"], ["primary", "center", "page", "detail", "wrapper", "container"];
    Consent: ["cookie", "consent", "gdpr", "onetrust", "didomi", "privacy"], ["cmp", "ccpa", "notice"];
    Popup: ["modal", "popup", "overlay", "dialog", "lightbox", "toast", "dropdown", "tooltip"], ["alert", "flyout"];
    HiddenName: ["hidden", "sr-only", "screen-reader", "visually", "invisible", "display-none"], ["hide", "collapse", "noprint"];
    Quote: ["quote"], ["cite", "quotation"];
    Embed: ["embed", "tweet", "instagram", "iframe", "youtube"], ["oembed"];
    Box: ["infobox", "factbox", "keypoint", "key-point", "takeaway", "highlight", "callout"], ["box", "facts", "panel", "module", "aside"];
    Listing: ["listing", "archive", "grid", "feed", "tile"], ["list", "item", "items", "card", "cards", "stream", "loop", "ticker", "river"];
    Contents: ["table-of-contents", "tableofcontents", "jumplink"], ["toc", "contents", "index", "anchor"];
    Questions: ["faq", "accordion", "question", "answer"], [];
    Shop: ["product", "price", "basket", "coupon"], ["shop", "cart", "buy", "deal", "deals"];
    Search: ["search"], ["form", "input", "filter", "poll", "quiz", "vote", "survey"];
    Notes: ["disclaimer", "footnote", "reference", "correction"], ["note", "notes", "source", "sources", "endnote"];
    Rating: ["rating", "review"], ["score", "stars"];
    Live: ["liveblog", "live-blog", "timeline", "ticker"], ["live"];
    Buttons: ["button"], ["btn", "link", "links", "icon"];
}

/// A set of groups.
pub(super) type Names = u64;

/// Values kept by a reader.
const KNOWN: usize = 512;
/// Where hashes begin.
const HASH_SEED: u32 = 0x811c_9dc5;
/// Values longer than this are read as far as here.
const LONGEST_VALUE: usize = 256;

/// The words by their first two letters, made once.
#[derive(Debug)]
pub(super) struct NameTable {
    /// 27 x 27 places in `words`, by the first two bytes.
    starts: [u16; FIRSTS + 1],
    words: Vec<(&'static [u8], Names, bool)>,
}

const FIRSTS: usize = 27 * 27;

fn first(bytes: &[u8]) -> usize {
    let code = |at: usize| match bytes.get(at) {
        Some(byte) if byte.is_ascii_lowercase() => usize::from(byte - b'a') + 1,
        _ => 0,
    };
    code(0) * 27 + code(1)
}

impl NameTable {
    /// Sorts the words of all groups.
    pub fn new() -> Self {
        let mut words: Vec<(&'static [u8], Names, bool)> = Vec::new();
        for (group, anywhere, whole) in WORDS {
            let mask = 1 << group as u32;
            words.extend(anywhere.iter().map(|word| (word.as_bytes(), mask, false)));
            words.extend(whole.iter().map(|word| (word.as_bytes(), mask, true)));
        }
        words.sort_by_key(|(word, ..)| first(word));
        let mut starts = [0; FIRSTS + 1];
        for (word, ..) in &words {
            starts[first(word) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts, words }
    }

    /// The groups whose words stand in a name, and the name's hash without digits.
    fn read(&self, value: &str) -> (Names, u32) {
        let mut lower = [0_u8; LONGEST_VALUE];
        let mut starts_word = [false; LONGEST_VALUE + 1];
        let mut length = 0;
        let mut hash = HASH_SEED;
        let mut before = b' ';
        for &byte in value.as_bytes().iter().take(LONGEST_VALUE) {
            // A word begins behind what is no letter, and where a small letter is followed by a capital.
            starts_word[length] =
                !before.is_ascii_alphabetic() || (byte.is_ascii_uppercase() && before.is_ascii_lowercase());
            before = byte;
            lower[length] = byte.to_ascii_lowercase();
            if !byte.is_ascii_digit() {
                hash = mix(hash, u32::from(lower[length]));
            }
            length += 1;
        }
        starts_word[length] = true;
        let lower = &lower[..length];
        let mut names = 0;
        for at in 0..length.saturating_sub(1) {
            let place = first(&lower[at..]);
            for (word, mask, whole) in &self.words[usize::from(self.starts[place])..usize::from(self.starts[place + 1])]
            {
                let end = at + word.len();
                if lower[at..].starts_with(word)
                    && (!whole || (starts_word[at] && (starts_word[end] || !lower[end].is_ascii_alphabetic())))
                {
                    names |= mask;
                }
            }
        }
        (names, hash)
    }
}

/// Reads the names of the elements of one page; values that come again are read once.
#[derive(Debug)]
pub(super) struct NameReader<'a> {
    table: &'a NameTable,
    page: &'a HtmlPage,
    /// Values read lately, at the place that their bytes give.
    known: Vec<(&'a str, (Names, u32))>,
}

impl<'a> NameReader<'a> {
    /// A reader of the names of a page.
    pub fn new(table: &'a NameTable, page: &'a HtmlPage) -> Self {
        Self { table, page, known: vec![("", (0, HASH_SEED)); KNOWN] }
    }

    fn read(&mut self, value: &'a str) -> (Names, u32) {
        let known = &mut self.known[place_of(value.as_bytes())];
        if known.0 != value {
            *known = (value, self.table.read(value));
        }
        known.1
    }

    /// The groups of an element by its attributes, and a hash of what it is called.
    pub fn element(&mut self, node: usize) -> (Names, u32) {
        let page = self.page;
        let name = page.name(node);
        let mut names = 0;
        let mut hash = HASH_SEED;
        for byte in name.as_bytes() {
            hash = mix(hash, u32::from(*byte));
        }
        if name.contains('-') {
            names |= self.table.read(name).0;
        }
        for (attribute, value) in page.attributes(node) {
            match *attribute {
                local_name!("class") => {
                    let (found, hashed) = self.read(value);
                    (names, hash) = (names | found, mix(hash.rotate_left(9), hashed));
                }
                local_name!("id") | local_name!("itemprop") | local_name!("aria-label") => names |= self.read(value).0,
                local_name!("role") => names |= role(value),
                local_name!("hidden") => names |= bit(Group::Hidden),
                local_name!("aria-hidden") if value == "true" => names |= bit(Group::Hidden),
                local_name!("style") if hides(value) => names |= bit(Group::Hidden),
                _ if is_telling(attribute) => names |= self.read(value).0,
                _ => {}
            }
        }
        // A post shown within the text is named after its network.
        if names & bit(Group::Embed) != 0 {
            names &= !bit(Group::Share);
        }
        (names, hash)
    }
}

/// The place of a value among those known, by its length and its ends.
fn place_of(value: &[u8]) -> usize {
    let ends = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |it| u64::from_le_bytes(*it));
    let (mut first, last) = (ends(value.first_chunk()), ends(value.last_chunk()));
    if value.len() < 8 {
        first = value.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    }
    let mixed = (first ^ last.rotate_left(23) ^ value.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize % KNOWN
}

fn mix(hash: u32, code: u32) -> u32 {
    (hash ^ code).wrapping_mul(0x0100_0193)
}

/// The mask of one group.
pub(super) fn bit(group: Group) -> Names {
    1 << group as u32
}

/// Whether an attribute is one of those in which components say what they are.
fn is_telling(attribute: &LocalName) -> bool {
    attribute.strip_prefix("data-").is_some_and(|rest| {
        matches!(
            rest,
            "testid"
                | "test-id"
                | "component"
                | "component-name"
                | "qa"
                | "name"
                | "module"
                | "type"
                | "block"
                | "role"
                | "tb-region"
        )
    })
}

/// Whether an element says that it is not shown: by the attribute `hidden`, or by its style.
pub(super) fn is_concealed(page: &HtmlPage, node: usize) -> bool {
    page.attributes(node).any(|(attribute, value)| match *attribute {
        // What is hidden until it is found can be opened by the reader.
        local_name!("hidden") => !value.eq_ignore_ascii_case("until-found"),
        local_name!("style") => hides(value),
        _ => false,
    })
}

/// Whether the class of an element is one of those that hide it from the eye, for the ear alone.
pub(super) fn is_for_screen_readers(page: &HtmlPage, node: usize) -> bool {
    const NAMES: [&str; 8] = [
        "sr-only",
        "sronly",
        "visually-hidden",
        "visuallyhidden",
        "visually_hidden",
        "screen-reader",
        "screenreader",
        "element-invisible",
    ];
    let begins = |word: &str, name: &str| word.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
    page.attribute(node, &local_name!("class"))
        .is_some_and(|classes| classes.split_ascii_whitespace().any(|word| NAMES.iter().any(|name| begins(word, name))))
}

fn hides(style: &str) -> bool {
    style.len() < 512
        && style.split(';').any(|rule| {
            rule.split_once(':').is_some_and(|(key, value)| {
                let (key, value) = (key.trim(), value.trim());
                (key.eq_ignore_ascii_case("display")
                    && value.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("none")))
                    || (key.eq_ignore_ascii_case("visibility")
                        && value.get(..6).is_some_and(|it| it.eq_ignore_ascii_case("hidden")))
            })
        })
}

fn role(value: &str) -> Names {
    bit(match value {
        "navigation" | "menu" | "menubar" | "tablist" => Group::TagNav,
        "main" => Group::TagMain,
        "article" => Group::TagArticle,
        "complementary" => Group::TagAside,
        "contentinfo" => Group::TagFooter,
        "banner" => Group::TagHeader,
        "dialog" | "alertdialog" | "alert" | "tooltip" => Group::Popup,
        "button" | "tab" => Group::TagButton,
        "search" | "form" => Group::TagForm,
        "list" => Group::TagList,
        "listitem" => Group::TagItem,
        "figure" => Group::TagFigure,
        "heading" => Group::Title,
        _ => return 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(value: &str) -> Names {
        NameTable::new().read(value).0
    }

    #[test]
    fn words_are_found_in_names() {
        assert_eq!(names("site-navigation"), bit(Group::Navigation));
        assert_eq!(names("articleBody"), bit(Group::Article) | bit(Group::Body) | bit(Group::Microdata));
        assert_eq!(names("storyAd1"), bit(Group::Article) | bit(Group::Advert));
        assert_eq!(names("read ready addition"), 0);
        assert_eq!(names(""), 0);
        assert_eq!(names(&"é".repeat(300)), 0);
    }

    #[test]
    fn digits_do_not_part_what_is_alike() {
        let table = NameTable::new();
        assert_eq!(table.read("teaser-12"), table.read("teaser-99"));
        assert_ne!(table.read("teaser").1, table.read("text").1);
    }

    #[test]
    fn every_group_has_a_bit() {
        assert!(GROUPS <= Names::BITS as usize);
    }

    #[test]
    fn hidden_styles_are_known() {
        assert!(hides("color:red; display : NONE") && hides("visibility:hidden"));
        assert!(!hides("display:block") && !hides("display"));
    }
}
