//! Which dates of a page are stated, and as what.

use proptest::prelude::*;

use super::*;
use crate::kernels::extract_body::extract_body;
use crate::kernels::parse_html::parse_html;

/// A paragraph that is long enough to be prose.
const PROSE_TEXT: &str = "The storm reached the harbour in the early morning, and the ferries stayed where they were until the wind \
                          had turned; the town council met at noon to count what was broken and what it would cost.";

/// What is stated: field, evidence, value.
fn stated(html: &str) -> Vec<(&'static str, &'static str, String)> {
    let page = parse_html(html);
    let mut out = Vec::new();
    state_dates(&page, &extract_body(&page), None, &mut out);
    out.into_iter().map(|it| (it.field.code(), it.evidence.code(), it.value.into_owned())).collect()
}

fn article(before: &str, behind: &str) -> String {
    format!(
        "<title>Storm in the harbour</title><body>{before}<h1>Storm in the harbour</h1>{behind}<p>{PROSE_TEXT}</p><p>{PROSE_TEXT}</p>"
    )
}

#[test]
fn a_line_beside_the_headline_states_the_date() {
    for (line, expected) in [
        ("By A. Writer | 17 December 2025", "17 December 2025"),
        ("Posted on December 17, 2025 by Staff", "December 17, 2025"),
        ("Veröffentlicht am 17. Dezember 2025 um 10.20 Uhr", "17. Dezember 2025 um 10.20 Uhr"),
        ("来源：新报 2025年12月17日 10:20", "2025年12月17日 10:20"),
        ("Δημοσίευση: 17/12/2025 | 10:20", "17/12/2025 | 10:20"),
        ("Dodano: 17 grudnia 2025, 10:20", "17 grudnia 2025, 10:20"),
        ("Опубликовано 17.12.2025 в 10:20", "17.12.2025 в 10:20"),
    ] {
        let html = article("", &format!("<div class=post-meta>{line}</div>"));
        assert_eq!(stated(&html), [("published", "byline", expected.to_owned())], "{line}");
    }
}

#[test]
fn updates_are_told_from_publications() {
    let html = article("", "<div>Published 17 December 2025, updated 18 December 2025</div>");
    assert_eq!(
        stated(&html),
        [("published", "byline", "17 December 2025".into()), ("modified", "byline", "18 December 2025".into())]
    );
    let html = article("", "<div>Aktualisiert am 18.12.2025</div>");
    assert_eq!(stated(&html), [("modified", "byline", "18.12.2025".into())]);
    let html = article("", "<div><span>Published</span><br>17 December 2025</div>");
    assert_eq!(stated(&html)[0].0, "published");
    let html =
        article("", "<time class=updated datetime=2025-12-18>today</time><div>Valid until 31 December 2025</div>");
    assert_eq!(stated(&html), [("modified", "time-element", "2025-12-18".into())]);
}

#[test]
fn dates_of_other_articles_are_not_stated() {
    let html = article(
        "<header><time datetime=2026-01-01>Today, 1 January 2026</time></header>",
        "<p class=byline>17 December 2025</p><aside><ul><li><a href=/x>Another storm in another harbour</a> <time datetime=2025-11-11>11 \
         November</time></ul></aside>",
    );
    let html = format!(
        "{html}<div class=comments><p>Reader, 20 December 2025</p></div><div class=related><article><h3>More</h3><time \
         datetime=2025-10-10>10 October</time></article></div><footer>© 2019 Harbour Paper</footer>"
    );
    assert_eq!(stated(&html)[0], ("published", "byline", "17 December 2025".into()));
    // What else is stated is said to stand elsewhere, and comments are not stated at all.
    assert!(stated(&html)[1..].iter().all(|it| it.1 == "shown" && !it.2.contains("20 December")));
}

#[test]
fn lists_of_dates_rank_behind_the_article() {
    let item = |day: u32| format!("<div class=item><span class=when>{day} October 2025</span></div>");
    let html = article("", &format!("<div class=when>17 December 2025</div>{}{}{}", item(1), item(2), item(3)));
    assert_eq!(stated(&html)[0].2, "17 December 2025");
}

#[test]
fn datelines_open_the_text() {
    let html = format!("<h1>Storm in the harbour</h1><p>HARBOUR, 17 December 2025 (Agency) – {PROSE_TEXT}</p>");
    assert_eq!(stated(&html), [("published", "dateline", "17 December 2025".into())]);
    let html = format!("<h1>Storm in the harbour</h1><p>On 17 December 2025 the storm came. {PROSE_TEXT}</p>");
    assert_eq!(stated(&html), []);
}

#[test]
fn the_pages_order_is_declared_on_open_dates() {
    let forms = |html: &str, tag: &str| {
        let page = parse_html(html);
        let mut out = vec![Statement::new(Field::Language, Evidence::Meta, tag.to_owned())];
        state_dates(&page, &extract_body(&page), None, &mut out);
        out.into_iter().filter(|it| it.field == Field::Published).map(|it| it.form).collect::<Vec<_>>()
    };
    let open = article("", "<div>12.05.2025</div>");
    assert_eq!(forms(&open, "de"), [DateForm::DayMonthYear]);
    assert_eq!(forms(&open, "en-US"), [DateForm::MonthDayYear]);
    assert_eq!(forms(&open, "en"), [DateForm::Auto]);
    let short = article("", "<div>12.05.25</div>");
    assert_eq!(forms(&short, "de"), [DateForm::Auto]);
    assert_eq!(forms(&format!("{short}<p>© 2025"), "de"), [DateForm::DayMonthYear]);
}

#[test]
fn hostile_pages_cost_bounded_work() {
    let times = "<time datetime=2025-12-17>".repeat(20_000);
    assert!(stated(&times).len() <= MAX_STATED);
    let lines = "<li><a>A long link to another article</a> 17 December 2025".repeat(5_000);
    assert!(stated(&lines).len() <= MAX_STATED);
    let digits = format!("<h1>x</h1><p>{}", "1 ".repeat(500_000));
    assert_eq!(stated(&digits), []);
}

proptest! {
    #[test]
    fn what_is_stated_stands_in_the_page(parts in prop::collection::vec(prop::sample::select(vec![
        "<h1>", "</h1>", "<p>", "</p>", "<time datetime='2025-12-17'>", "</time>", "<div class='post-date'>", "</div>", "17 December 2025", " 12.05.2025 ",
        "<span itemprop=datePublished content='2025-12-16T10:20:30Z'>", "</span>", "Updated ", "Published: ", "<li>", "<a href=x>", "</a>", PROSE_TEXT,
        "<br>", "2025年12月17日", "<script>\"publishedAt\":\"2025-12-15\"</script>", "<aside>", "</aside>", "é", "17/12/25", "<table>", "<td>",
    ]), 0..40)) {
        let html = parts.concat();
        for (field, _, value) in stated(&html) {
            prop_assert!(field == "published" || field == "modified");
            // White space is folded and pieces of different elements are apart.
            let page = parse_html(&html);
            let words: String = page.text_content(0).split_whitespace().collect();
            let is_shown = words.contains(&value.split_whitespace().collect::<String>());
            let is_attribute = (1..page.len()).any(|node| page.attributes(node).any(|(_, own)| own == value));
            prop_assert!(is_shown || is_attribute || html.contains(&value), "{value}");
        }
    }
}
