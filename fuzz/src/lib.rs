//! The fuzz targets: what must hold of any bytes that come from outside.
//!
//! Each target is a function that panics when a law is broken. Two programs run them: `cargo fuzz` (nightly, guided by coverage) and
//! the driver of this package, which runs on stable.

use copydesk::kernels::decode_text::{declared_encoding, decode_page, decode_text};
use copydesk::kernels::extract_body::extract_body;
use copydesk::kernels::normalize_url::normalize_url;
use copydesk::kernels::parse_date::{DateContext, DateFormat, DateOrder, parse_date};
use copydesk::kernels::parse_html::parse_html;
use copydesk::kernels::read_metadata::read_metadata;
use copydesk::kernels::registrable_domain::registrable_domain;
use copydesk::statement::Field;

/// A target: its name, the law, seeds to begin with, words that inputs are made of.
pub struct Target {
    /// As on the command line.
    pub name: &'static str,
    /// Panics when a law is broken.
    pub run: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: &'static [&'static str],
    /// What mutations insert.
    pub words: &'static [&'static str],
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "page", run: page, seeds: PAGES, words: PAGE_WORDS },
    Target { name: "json-ld", run: json_ld, seeds: JSON_LD, words: JSON_LD_WORDS },
    Target { name: "date", run: date, seeds: DATES, words: DATE_WORDS },
    Target { name: "url", run: url, seeds: URLS, words: URL_WORDS },
    Target { name: "decode", run: decode, seeds: ENCODED, words: ENCODED_WORDS },
];

/// A page goes the way that the reader sends it: decoded, parsed, its body and its facts found.
///
/// Laws: nodes, body and facts are bounded by the page; the body lies in the page; reading twice gives the same.
pub fn page(bytes: &[u8]) {
    let Ok(decoded) = decode_page(bytes, None, &[]) else { return };
    let page = parse_html(&decoded.text);
    assert!(page.len() <= 4 * decoded.text.len() + 16, "{} nodes of {} bytes", page.len(), decoded.text.len());
    let body = extract_body(&page);
    assert!(body.range.start <= body.range.end && body.range.end <= page.len(), "{:?}", body.range);
    let most =
        2 * page.descendants(0).filter(|node| page.is_text(*node)).map(|node| page.text(node).len() + 2).sum::<usize>();
    assert!(body.text.len() <= most + 16, "{} bytes of {most}", body.text.len());
    let statements = read_metadata(&page, &body, Some("https://www.harbourtimes.example/a"));
    let length: usize = statements.iter().map(|it| it.value.len()).sum();
    assert!(length <= 64 * (decoded.text.len() + 1024), "{length} bytes of facts");
    assert_eq!(statements, read_metadata(&page, &body, Some("https://www.harbourtimes.example/a")));
}

/// The bytes as JSON-LD of an otherwise sound page.
///
/// Laws: those of [`page`], and the page has a title however broken the JSON is.
pub fn json_ld(bytes: &[u8]) {
    let json = String::from_utf8_lossy(bytes).replace("</", "<\\/").replace("<!--", "<\\!--");
    let html = format!(
        "<!doctype html><title>Ferry returns</title><script type=\"application/ld+json\">{json}</script><article>\
         <h1>Ferry returns</h1><p>The ferry that left the harbor on Monday came back on Friday, its owner said.</p></article>"
    );
    let parsed = parse_html(&html);
    let statements = read_metadata(&parsed, &extract_body(&parsed), None);
    assert!(statements.iter().any(|it| it.field == Field::Title), "no title");
    page(html.as_bytes());
}

/// One date string, in every order and format.
///
/// Laws: a date that is read is plausible to the grammar; white space around it does not count.
pub fn date(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for format in [DateFormat::Auto, DateFormat::Compact, DateFormat::EpochSeconds, DateFormat::EpochNanoseconds] {
        for order in [None, Some(DateOrder::DayMonthYear), Some(DateOrder::MonthDayYear), Some(DateOrder::YearMonthDay)]
        {
            let context = DateContext { format, order, ..DateContext::default() };
            let read = parse_date(&text, &context);
            assert_eq!(read, parse_date(&format!(" {text}\n"), &context), "{text:?}");
        }
    }
}

/// A reference and, on a second line, a base.
///
/// Laws: what is normalized stays as it is, and is ASCII; a registrable domain is its own.
pub fn url(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (reference, base) = text.split_once('\n').map_or((&*text, None), |(reference, base)| (reference, Some(base)));
    if let Some(url) = normalize_url(reference, base) {
        assert!(url.is_ascii(), "{url}");
        assert_eq!(normalize_url(&url, base).as_deref(), Some(&*url));
    }
    if let Some(domain) = registrable_domain(reference) {
        assert_eq!(registrable_domain(&domain).as_deref(), Some(&*domain));
    }
}

/// The bytes of a text or page in any encoding.
///
/// Laws: text that decodes strictly is that of the page reader, too, unless the page declares an encoding; sound UTF-8 is never read as
/// anything else; what is replaced is counted.
pub fn decode(bytes: &[u8]) {
    let declared = declared_encoding(bytes);
    for label in [None, Some("utf-8"), Some("windows-1252"), Some("gb18030"), Some("cp437"), Some("johab")] {
        let strict = decode_text(bytes, label, &[]);
        let page = decode_page(bytes, label, &[]);
        if let (Ok(strict), Ok(page)) = (&strict, &page)
            && label.is_none()
            && declared.is_none()
            && page.replaced == 0
        {
            assert_eq!((&strict.text, strict.encoding), (&page.text, page.encoding));
        }
        if let (Ok(text), Ok(strict)) = (std::str::from_utf8(bytes), &strict)
            && strict.encoding == "utf-8"
        {
            assert_eq!(text.strip_prefix('\u{FEFF}').unwrap_or(text), strict.text);
        }
        if let Ok(page) = page {
            assert!(page.replaced <= page.text.matches(char::REPLACEMENT_CHARACTER).count());
        }
    }
}

const PAGES: &[&str] = &[
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>Ferry returns - Harbour Times</title>\
     <meta property=og:title content='Ferry returns'><meta property=article:published_time content=2025-12-17T10:20:00+03:00>\
     <link rel=canonical href=/2025/12/17/ferry></head><body><nav><ul><li><a href=/>Home</a><li><a href=/world>World</a></ul></nav>\
     <article><h1>Ferry returns</h1><p class=byline>By <a rel=author href=/staff/ada>Ada Quill</a>, <time datetime=2025-12-17>17 \
     December 2025</time></p><p>The ferry that left the harbor on Monday came back on Friday, its owner said. Nobody was hurt.</p>\
     <h2>A long way</h2><p>It had been as far as the islands, where the crew waited for the storm to pass, and had little to eat.</p>\
     <table><tr><th>Day<th>Miles<tr><td>Monday<td>12</table></article><aside><h3>Related</h3><a href=/x>More news</a></aside>\
     <footer>&copy; 2019 Harbour Times. All rights reserved.</footer></body></html>",
    "<div itemscope itemtype=http://schema.org/NewsArticle><span itemprop=headline>K\u{f6}pr\u{fc} a\u{e7}\u{131}ld\u{131}</span>\
     <div itemprop=articleBody><p>K\u{f6}pr\u{fc} cuma g\u{fc}n\u{fc} a\u{e7}\u{131}ld\u{131}, dedi belediye.<br><br>\u{130}kinci g\u{fc}n ya\u{11f}mur ya\u{11f}d\u{131}.</div></div>",
    "<table><tr><td><font size=2>Old page, <b>17.12.2003</b><br><br>The text stands here without any paragraph, as it did then.</font></table>",
];
const PAGE_WORDS: &[&str] = &[
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<div class=\"article-body\">",
    "<article>",
    "</article>",
    "<table>",
    "<tr>",
    "<td>",
    "</table>",
    "<a href=\"/a\">",
    "</a>",
    "<b>",
    "<i>",
    "<font>",
    "</font>",
    "<ul>",
    "<li>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<svg>",
    "<math>",
    "<template>",
    "<noscript>",
    "<select>",
    "<option>",
    "<frameset>",
    "<plaintext>",
    "<time datetime=\"2025-12-17\">",
    "<meta name=author content=\"",
    "<meta property=\"og:",
    "<h1>",
    "</h1>",
    "<form>",
    "<button>",
    "&amp;",
    "&#0;",
    "&#x1F600;",
    "&notin;",
    "\u{0}",
    "\u{2028}",
    "By ",
    "17 December 2025",
    "<blockquote>",
    "<br>",
    "<hr>",
    "<base href=\"//x/\">",
    "itemprop=\"author\"",
    "itemscope",
    " id=x",
    " style=display:none",
    "aria-hidden=true",
    "<title>",
    "</title>",
    "<body>",
    "<html lang=tr>",
];

const JSON_LD: &[&str] = &[
    r#"{"@context":"https://schema.org","@type":"NewsArticle","headline":"Ferry returns","datePublished":"2025-12-17T10:20:00Z",
    "author":[{"@type":"Person","name":"Ada Quill"},"Bo Reed"],"publisher":{"@type":"Organization","name":"Harbour Times"},
    "isAccessibleForFree":"False","keywords":["ferry","storm"],"articleBody":"The ferry &amp; its crew\ncame back."}"#,
    r##"{"@graph":[{"@id":"#a","@type":["Article"],"author":{"@id":"#p"},"mainEntityOfPage":"https://x.example/a"},{"@id":"#p","@type":"Person","name":"Ada"}]}"##,
    r#"[{"@type":"WebPage","breadcrumb":{"itemListElement":[{"name":"World"}]},},{"@type":"Article","headline":"a "quoted" word",}]"#,
];
const JSON_LD_WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\ud83d",
    "null",
    "true",
    "-1e999",
    "//",
    "/*",
    "*/",
    "<!--",
    "&quot;",
    "\"@type\":",
    "\"@graph\":[",
    "\"@id\":\"#a\"",
    "\"author\":",
    "\"name\":",
    "\"headline\":",
    "\"datePublished\":",
    "\"NewsArticle\"",
    "\n",
    "\t",
    "\u{0}",
    "'",
    ";",
    "window.x=",
    "\u{2028}",
    "{\"author\":{\"author\":",
    "[[[[[[[[",
    "\"keywords\":\"a,b;c\"",
];

const DATES: &[&str] = &[
    "2025-12-17T10:20:30.5+03:00",
    "Wed, 17 Dec 2025 10:20:30 GMT",
    "17 Aral\u{131}k 2025 \u{c7}ar\u{15f}amba, 10:20",
    "December 17, 2025 at 10:20 p.m. EST",
    "12/05/2025",
    "2025\u{5e74}12\u{6708}17\u{65e5} \u{661f}\u{671f}\u{4e09} 10:20",
    "20251217",
    "1765956000",
    "le 1er mai 2025",
    "17. prosince 2025 v 10.20",
    "\u{661}\u{667} \u{62f}\u{64a}\u{633}\u{645}\u{628}\u{631} \u{662}\u{660}\u{662}\u{665}",
    "2 hours ago",
    "Mittwoch, 17. Dezember 2025 - 10:20 Uhr",
];
const DATE_WORDS: &[&str] = &[
    "Jan",
    "December",
    "Mart",
    "\u{43c}\u{430}\u{440}\u{442}\u{430}",
    "2025",
    "17",
    "0",
    "99999999999999999999",
    "-",
    "/",
    ".",
    ",",
    ":",
    "T",
    "Z",
    "+03:00",
    "GMT",
    "EST",
    "(",
    ")",
    "[",
    "]",
    "am",
    "p.m.",
    "\u{200f}",
    "\u{a0}",
    "\u{5e74}",
    "\u{6708}",
    "\u{65e5}",
    "Wed",
    "of",
    "at",
    "de",
    "\u{661}",
    "ago",
    "yesterday",
    "BC",
    "Uhr",
    "st",
];

const URLS: &[&str] = &[
    "https://www.Harbour-Times.co.uk:443/a/../b/./c%7e/%c3%bc?utm_source=x&y=%2f#top",
    "../d?e#!/f\nhttp://u:p@[2001:db8::1]:8080/a/b/c",
    "//b\u{fc}cher.example/\u{e4} b\nhttps://a.example/",
    "harbour.blogspot.com.",
    "http:\\\\x.example\\y",
    "?q\nhttps://a.example",
    "192.0.2.7",
];
const URL_WORDS: &[&str] = &[
    "http:",
    "https://",
    "//",
    "/",
    "\\",
    "..",
    ".",
    "/../",
    "/./",
    "%2e",
    "%",
    "%zz",
    "%C3",
    "?",
    "#",
    "#!",
    "@",
    ":",
    ":80",
    ":99999",
    "[",
    "]",
    "[::1]",
    "xn--",
    "xn--bcher-kva",
    "\u{df}",
    "\u{130}",
    "\u{3002}",
    "\u{200d}",
    "www.",
    ".co.uk",
    ".com",
    ".github.io",
    ".kawasaki.jp",
    "\n",
    "\t",
    " ",
    "&",
    "=",
    "\u{0}",
    "\u{ad}",
];

const ENCODED: &[&str] = &[
    "<?xml version='1.0' encoding='windows-1251'?><a>\u{421}\u{43e}\u{432}\u{435}\u{442}</a>",
    "<meta charset=shift_jis>\u{5e02}\u{8b70}\u{4f1a}",
    "plain text",
    "\u{1b}$B$\"$$\u{1b}(B",
    "\u{1b}$)C\u{e}GQ1[\u{f}",
    "~{<:Ky2;~}",
    "a\u{0}b\u{0}c\u{0}d\u{0}",
    "K\u{f6}ln gr\u{fc}\u{df}t die G\u{e4}ste \u{fc}berall, sch\u{f6}n f\u{fc}r B\u{fc}rger",
];
const ENCODED_WORDS: &[&str] = &[
    "<meta charset=",
    "<meta http-equiv=content-type content='text/html; charset=",
    "<?xml encoding='",
    "utf-8",
    "gbk",
    "big5",
    "euc-kr",
    "iso-8859-2",
    "'>",
    ">",
    "\u{feff}",
    "\u{0}",
    "\u{fffe}",
    "\u{1b}$B",
    "\u{1b}(B",
    "\u{e}",
    "\u{f}",
    "~{",
    "~}",
    "\u{e9}",
    "\u{4e2d}\u{6587}",
    "\u{430}",
    "@@@@@@@@",
    "-->",
    "<!--",
];
