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
fn a_label_that_says_something_else_is_no_voice_against_the_data() {
    for (line, evidence) in [
        ("Meeting: 20 June 2024, town hall", "shown"),
        ("Stand: 28.04.2020", "byline"),
        ("Fecha: 28/04/2020", "byline"),
    ] {
        let html = article("", &format!("<div>{line}</div>"));
        assert_eq!(stated(&html)[0].1, evidence, "{line}");
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
fn days_that_a_page_tells_of_are_not_stated() {
    for (before, behind) in [
        ("", "<p>On <time datetime=1953-01-31>31 January 1953</time> the sea broke the wall.</p>"),
        ("", "<p>Meeting on <time datetime=2024-06-20>20 June 2024</time> in the hall.</p>"),
        ("", "<div class=event><time datetime=2024-06-20T19:00>20 June 2024</time></div>"),
        ("<header class=masthead><span class=current-date>Wednesday, 18 June 2025</span> 14°C</header>", ""),
        ("<div>Wednesday, 18 June 2025 | 14°C</div><nav><a href=/>Home</a></nav>", ""),
    ] {
        assert_eq!(stated(&article(before, behind)), [], "{before}{behind}");
    }
}

#[test]
fn links_to_other_articles_neither_state_nor_label() {
    for list in [
        "<div><p><a href=/x>Ferry timetable changed</a> <time datetime=2022-01-02>2 January 2022</time></p></div>",
        "<div><p><a href=/x>Storm damage: live update</a> <span>2 January 2022</span></p></div>",
        "<div><p><a href=/x>Storm damage: live update</a> Updated: January 2022</p></div>",
    ] {
        assert_eq!(stated(&(article("", "") + list)), [], "{list}");
    }
}

#[test]
fn a_line_with_a_linked_name_states_its_date() {
    let byline = "<div>By <a href=/ida>Ida Berg</a> <time datetime=2024-05-07>7 May 2024</time></div>";
    assert_eq!(stated(&article("", byline)), [("published", "time-element", "2024-05-07".into())]);
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
    assert_eq!(forms(&short, "de"), [DateForm::DayMonthYear]);
    assert_eq!(forms(&short, "en"), [DateForm::Auto]);
    assert_eq!(forms(&format!("{short}<p>31.05.2025</p>"), "en")[0], DateForm::DayMonthYear);
}

#[test]
fn names_count_nothing_where_a_line_touches_the_headline() {
    let html = article("", "<div class=newsletter-details>17 December 2025</div>");
    assert_eq!(stated(&html), [("published", "byline", "17 December 2025".into())]);
    let html = article("<div class=teaser_meta>Ada Moreno / 17 December 2025</div>", "");
    assert_eq!(stated(&html), [("published", "byline", "17 December 2025".into())]);
    let html = article("", "<figure>Picture of 17 December 2025</figure>");
    assert!(stated(&html).iter().all(|it| it.1 == "shown"));
}

#[test]
fn a_label_behind_a_date_may_belong_to_the_next() {
    let html = article("", "<div class=date>17 December 2025 / 12:25 / Updated 8 hours ago</div>");
    assert_eq!(stated(&html)[0], ("published", "byline", "17 December 2025 / 12:25".into()));
    let html = article("", "<div class=date>17 December 2025 (updated)</div>");
    assert_eq!(stated(&html)[0].0, "modified");
}

#[test]
fn elements_state_dates_in_many_ways() {
    for (element, expected) in [
        ("<abbr class=published title=2025-12-17T10:20:30Z>Wednesday</abbr>", ("published", "2025-12-17T10:20:30Z")),
        ("<span data-utime=1765966830>yesterday</span>", ("published", "1765966830")),
        ("<relative-time datetime=2025-12-17>yesterday</relative-time>", ("published", "2025-12-17")),
        ("<time datetime=2025-12-20>Published 17 December 2025</time>", ("published", "17 December 2025")),
        ("<time datetime=2025-12-20>17 December 2025</time>", ("published", "2025-12-20")),
        ("<time>Updated: 17 December 2025</time>", ("modified", "17 December 2025")),
        ("<ins datetime=2025-12-17>a word</ins><time datetime=2025-12-16>x</time>", ("published", "2025-12-16")),
    ] {
        let found = stated(&article("", &format!("<div>{element}</div>")));
        assert_eq!((found[0].0, &*found[0].2), expected, "{element}");
    }
}

#[test]
fn a_date_without_year_takes_the_one_year_that_the_page_writes_with_it() {
    let line = "<p class=date>[12月17日 10時20分]</p>";
    let html = article("", &format!("{line}<img src=/photo/20251217/a.jpg><img src=/photo/2024/11/12/b.jpg>"));
    assert_eq!(stated(&html), [("published", "byline", "20251217".into())]);
    // Two years fit, or none.
    let html = article("", &format!("{line}<img src=/photo/20251217/a.jpg><img src=/photo/2024-12-17.jpg>"));
    assert_eq!(stated(&html), []);
    assert_eq!(stated(&article("", line)), []);
    // A weekday that the year does not have speaks against it.
    let html = article("", "<p class=date>Monday, 17 December</p><img src=/photo/20251217/a.jpg>");
    assert_eq!(stated(&html), []);
}

#[test]
fn open_dates_are_read_as_the_page_writes_them_in_full() {
    let form = |html: &str, tag: &str| {
        let page = parse_html(html);
        let mut out = vec![Statement::new(Field::Language, Evidence::Meta, tag.to_owned())];
        state_dates(&page, &extract_body(&page), None, &mut out);
        out.iter().find(|it| it.field == Field::Published).map(|it| it.form)
    };
    let html = article("", "<div class=date>02-12-2025</div><a href=/2025/12/02/other>Another</a>");
    assert_eq!(form(&html, "en"), Some(DateForm::DayMonthYear));
    let html = format!("{html}<a href=/2025/02/12/third>A third</a>");
    assert_eq!(form(&html, "en"), Some(DateForm::Auto));
    // Years of two digits: by language, but not of the 20th century.
    assert_eq!(form(&article("", "<div class=date>23.09.22</div>"), "de"), Some(DateForm::DayMonthYear));
    assert_eq!(form(&article("", "<div class=date>23.09.98</div>"), "de"), Some(DateForm::Auto));
    assert_eq!(form(&article("", "<div class=date>23.09.22</div>"), "en"), Some(DateForm::Auto));
}

#[test]
fn a_list_of_posts_is_of_its_first_where_nothing_else_is_stated() {
    let post = |day: u32| format!("<div class=post><span class=date>{day} October 2025</span> A word</div>");
    let above = "<ul>".to_owned() + &"<li>News of the harbour and its ships".repeat(19);
    let list =
        format!("<title>Harbour board</title><h2>Harbour board</h2>{above}</ul>{}{}{}", post(3), post(2), post(1));
    assert_eq!(stated(&list), [("published", "shown", "3 October 2025".into())]);
}

#[test]
fn labelled_months_date_a_page_without_days() {
    let html = article("", "<div>Last updated: June 2025</div>");
    assert_eq!(stated(&html), [("modified", "byline", "June 2025".into())]);
    assert_eq!(stated(&article("", "<div>Storms of June 2025</div>")), []);
    assert_eq!(stated(&article("", "<div>Last updated: June 2025</div><div>17 June 2025</div>")).len(), 1);
}

#[test]
fn scripts_print_dates_where_they_stand() {
    let html = article("", "<table><tr><td><script>showDate('2025/12/17 10:20')</script></td></tr></table>");
    assert_eq!(stated(&html)[0].2, "2025/12/17 10:20");
    let html = article("<p>Harbour Paper</p>", "<script>var version = 20251217; load(version)</script>");
    assert_eq!(stated(&html), []);
}

#[test]
fn sentences_tell_of_dates_and_notes_state_them() {
    let html = article("", "<div>The next meeting of the council is on 5 January 2026 at seven in the hall.</div>");
    assert_eq!(stated(&html), []);
    let note = "This entry was posted on Wednesday, December 17th, 2025 at 10:20 and is filed under Harbour. You can follow \
                any responses to this entry through the feed, and you can leave a response from your own site.";
    let html = format!("{}<p>{PROSE_TEXT}</p><p class=postmetadata>{note}</p>", article("", ""));
    assert_eq!(stated(&html)[0].0, "published");
    let html =
        format!("{}<footer><ul><li>This page was last modified on 17 December 2025.</ul></footer>", article("", ""));
    assert_eq!(stated(&html), [("modified", "shown", "17 December 2025".into())]);
}

#[test]
fn of_repeated_headlines_the_last_above_the_text_counts() {
    let hidden = "<h1>Storm in the harbour | Harbour Paper</h1><ul><li>News and more news of the day<li>Sports and more sports of the \
                  day<li>Arts and letters of the day</ul>";
    let html = format!(
        "<title>Storm in the harbour | Harbour Paper</title>{hidden}<h2>Storm in the harbour</h2><p>17 December \
         2025</p><p>{PROSE_TEXT}</p><p>{PROSE_TEXT}</p>"
    );
    assert_eq!(stated(&html), [("published", "byline", "17 December 2025".into())]);
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
