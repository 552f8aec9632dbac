//! Whole pages, and laws over any page.

use proptest::prelude::*;

use super::*;
use crate::kernels::parse_html::parse_html;

/// Statements as `field evidence value` lines.
fn read(html: &str) -> String {
    let page = parse_html(html);
    let lines: Vec<_> = read_metadata(&page, &Body::default(), Some("https://www.example.org/news/a?x=1"))
        .into_iter()
        .map(|it| format!("{} {} {}", it.field.code(), it.evidence.code(), it.value))
        .collect();
    lines.join("\n")
}

#[test]
fn a_page_says_what_it_is() {
    let said = read(
        r#"<html lang="en-GB"><head><title>Harbour opens - The Example</title>
        <link rel="canonical" href="/news/a"><link rel=license href="https://creativecommons.org/licenses/by/4.0/">
        <meta property="og:site_name" content="The Example"><meta property="article:published_time" content="2024-03-01T08:00:00Z">
        <meta property="article:tag" content="ports"><meta property="article:tag" content="ferries"><meta name=keywords content="x,y">
        <meta name="tdm-reservation" content="1"><meta property="article:content_tier" content="locked">
        <script type="application/ld+json">{"@type":"NewsArticle","headline":"Harbour opens","datePublished":"2024-03-01T09:00:00+01:00",
        "dateModified":1709283600,"author":[{"@type":"Person","name":"Ada Moreno"}],"publisher":{"name":"Example Ltd"},
        "articleSection":"Local","inLanguage":"en",}</script>"#,
    );
    assert_eq!(
        said,
        "published json-ld 2024-03-01T09:00:00+01:00\npublished meta 2024-03-01T08:00:00Z\nmodified json-ld 1709283600\n\
         title json-ld Harbour opens\nauthor json-ld Ada Moreno\nsource meta The Example\n\
         canonical_url meta https://www.example.org/news/a\nlanguage json-ld en\nlanguage meta en-GB\nsection json-ld Local\n\
         keyword meta ports\nkeyword meta ferries\nlicense meta https://creativecommons.org/licenses/by/4.0/\naccess meta paywalled\n\
         tdm_reservation meta 1"
    );
}

#[test]
fn an_empty_page_says_nothing() {
    assert_eq!(read(""), "");
}

#[test]
fn a_page_makes_a_bounded_number_of_statements() {
    let dates =
        (0..500).map(|day| format!("<meta name=date content=d{day}><meta property=article:tag content=t{day}>"));
    assert!(read(&dates.collect::<String>()).lines().count() <= MAX_STATEMENTS);
}

#[test]
fn hostile_pages_cost_bounded_work() {
    let depth = 300;
    let words = "author byline ".repeat(1 << 16);
    let nested = |open: &str| format!("{}{}{}", open.repeat(depth), " ".repeat(1 << 20), "<b></b>".repeat(1 << 16));
    for page in [
        nested("<div itemprop=author>"),
        nested("<div class=byline>"),
        nested("<h1>"),
        format!("<div class='{words}'>{}", "<a rel=author>x</a>".repeat(4096)),
        format!("<meta property=og:site_name content='{words}'>{}", "<h1>a | b</h1>".repeat(999)),
        format!("<script type=application/ld+json>{}</script>", "{\"@type\":\"Article\",\"author\":[".repeat(1 << 14)),
    ] {
        read(&page);
    }
}

#[test]
fn titles_and_authors_are_chosen() {
    for (page, expected) in [
        (
            "<title>Harbour opens - Example News</title><meta property=og:site_name content='Example News'><h1>Example News</h1>\
             <h1>Harbour opens</h1><p class=byline>By Ada Moreno and Can Öz",
            "Harbour opens/Ada Moreno/Can Öz",
        ),
        ("<title>Harbour opens | Local | The Example</title><p>Text", "Harbour opens"),
        (
            "<meta property=og:title content='Harbour opens'><h1><span>Local</span> <span>Harbour opens</span></h1>\
             <meta name=author content='Example'><a rel=author href=/a>Ada Moreno</a>",
            "Harbour opens/Ada Moreno",
        ),
        (
            "<title>Port: all about the opening</title><h1>Port: all about the opening</h1><script type=application/ld+json>\
             {\"@type\":\"NewsArticle\",\"headline\":\"Harbour opens\",\"author\":\"Ada Moreno, Editor\"}</script>",
            "Harbour opens/Ada Moreno",
        ),
        ("<title>港が開く_新聞</title><h1>港が開く</h1><p>作者：王小明</p>", "港が開く/王小明"),
    ] {
        let said = read(page);
        let chosen = said.lines().filter(|line| line.starts_with("title") || line.starts_with("author"));
        let values: Vec<_> = chosen.filter_map(|line| line.splitn(3, ' ').nth(2)).collect();
        assert_eq!(values.join("/"), expected, "{page}");
    }
}

#[test]
fn addresses_are_compared_and_completed() {
    assert!(is_same_page("https://www.a.example/x/", "http://a.example/x#top"));
    assert!(!is_same_page("", "/"));
    assert_eq!(with_host("//a.example/x", None).as_deref(), Some("https://a.example/x"));
    assert_eq!(with_host("/x", Some("http://a.example?q")).as_deref(), Some("http://a.example/x"));
    assert_eq!(with_host("x", Some("http://a.example/b/c")).as_deref(), Some("http://a.example/b/x"));
    assert_eq!(with_host("", Some("http://a.example/")), None);
}

proptest! {
    #[test]
    fn any_page_is_read(parts in prop::collection::vec(prop::sample::select(vec![
        "<meta name=author content='", "By A. B", "'>", "<script type=application/ld+json>", "</script>", "{\"@type\":\"NewsArticle\",",
        "\"headline\":\"", "\"author\":[{\"name\":\"", "\"}]", "}", "<h1>", "</h1>", "<title>", "</title>", "<p class=byline>", " | ", " - ",
        "Von Ada und Öz", "<a rel=author>", "</a>", "&amp;amp;", "<div itemscope itemtype=Article>", "<b itemprop=author>", "</b>", "</div>",
        "作者：", "İ", "<time itemprop=datePublished>", "@example", "<meta property=og:title content='", "<link rel=canonical href='",
    ]), 0..40)) {
        let page = parse_html(&parts.concat());
        let out = read_metadata(&page, &Body::default(), None);
        prop_assert!(out.len() <= MAX_STATEMENTS && out.iter().all(|it| !it.value.trim().is_empty()));
    }
}

#[test]
fn a_list_of_keywords_that_is_too_long_is_cut_between_two() {
    let words: Vec<String> = (0..400).map(|number| format!("keyword{number}")).collect();
    let said = read(&format!("<meta name=keywords content='{}'>", words.join(", ")));
    let keywords = said.lines().find_map(|line| line.strip_prefix("keyword meta ")).unwrap();
    let stated: Vec<&str> = keywords.split(", ").collect();
    assert!(stated.len() > 100 && keywords.len() <= MAX_VALUE, "{keywords}");
    assert_eq!(stated, words[..stated.len()]);
}
