//! Finds the body of the article in a page.
//!
//! The page is cut into blocks of text (`cut_blocks`), each block is described by numbers that do not depend on its language
//! (`describe_blocks`), a model of decision trees says how likely each block belongs to the body (`score_blocks`), and the blocks
//! that make the best body are joined (`choose_blocks`). A page that shows next to nothing may hold its body in a script
//! (`read_scripts`).
//!
//! # What belongs to the body
//!
//! What the labelled pages that the model learned from (see NOTICE) say on average; in brackets the share of the words, in blocks of
//! more than ten words whose own element is named so, that they count as body. In: paragraphs, sub-headlines, lists of the article,
//! quotes (.6), cells of data tables (.6 to .8), code (.5), answers of question lists (.4 to .7). Out: the headline (.06), bylines and
//! author boxes (.01), dates and the like (.03), captions and credits (.01), standfirsts set apart from the body (.1), posts of
//! networks (.15), boxes beside the text (.25), tables of contents (.15), notes and sources at the end (.03), related links (.03), tags
//! (.1), share buttons (.04), comments (.07), newsletter and sign-up forms (.2), cookie notices (.0), asides (.0), footers (.0).

mod choose_blocks;
mod cut_blocks;
mod describe_blocks;
mod measure_text;
mod name_groups;
mod read_evidence;
mod read_scripts;
mod score_blocks;
mod survey_page;

use std::ops::Range;
use std::sync::LazyLock;

use self::choose_blocks::{choose_blocks, leave_out_unseen};
use self::cut_blocks::{Cut, Tag, cut_blocks};
use self::describe_blocks::describe_blocks;
use self::measure_text::bytes;
use self::name_groups::NameTable;
use self::read_evidence::Evidence;
use self::read_scripts::read_scripts;
use self::score_blocks::MODEL;
use super::parse_html::HtmlPage;

/// The words of names, sorted once.
static NAMES: LazyLock<NameTable> = LazyLock::new(NameTable::new);

/// A page that shows fewer words of a body may hold it in a script.
const FEW_WORDS: f32 = 100.0;
/// The body in a script must have so many times the words that the page shows.
const MORE_WORDS: f32 = 4.0;

/// The body of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Paragraphs joined by one blank line; empty when the page has no article.
    pub text: String,
    /// Nodes of the page from the first to behind the last that gave text.
    pub range: Range<usize>,
    /// Whether the page has more blocks than are looked at, so that the text may end too early.
    pub is_cut: bool,
}

/// The blocks of a page as the model sees them; for the tool that trains it.
#[derive(Clone, Debug, Default)]
pub struct BlockTable {
    /// Text of each block.
    pub texts: Vec<String>,
    /// What stands between each block and the one before it when both belong to the body.
    pub joints: Vec<&'static str>,
    /// Numbers of all blocks, one row of [`BlockTable::width`] after the other.
    pub rows: Vec<f32>,
    /// Numbers of one block.
    pub width: usize,
}

/// Finds the body of the article in a page.
pub fn extract_body(page: &HtmlPage) -> Body {
    let cut = cut_blocks(page, &NAMES);
    let described = describe_blocks(&cut, &Evidence::read(page));
    let scores = MODEL.score(&described.rows);
    let mut chosen = choose_blocks(&cut, &scores, &described.copies);
    leave_out_unseen(&cut, &mut chosen);
    let words: f32 = chosen.iter().map(|at| cut.blocks[*at].counts.words).sum();
    if words < FEW_WORDS
        && let Some(body) = read_scripts(page, &NAMES)
        && body.words > MORE_WORDS * (words + 10.0)
    {
        return Body { text: body.text, range: body.node..body.node + 1, is_cut: false };
    }
    assemble(&cut, &chosen)
}

/// The blocks of a page and their numbers.
pub fn block_table(page: &HtmlPage) -> BlockTable {
    let cut = cut_blocks(page, &NAMES);
    let described = describe_blocks(&cut, &Evidence::read(page));
    BlockTable {
        texts: cut.blocks.iter().map(|it| cut.text[bytes(it.text)].to_owned()).collect(),
        joints: (0..cut.blocks.len()).map(|at| joint(&cut, at.saturating_sub(1), at)).collect(),
        rows: described.rows,
        width: described.width,
    }
}

/// What stands between two blocks of the body.
fn joint(cut: &Cut, one: usize, other: usize) -> &'static str {
    let (one, other) = (cut.blocks[one].container, cut.blocks[other].container);
    let (first, second) = (&cut.containers[one as usize], &cut.containers[other as usize]);
    let is_cell = |tag: Tag| matches!(tag, Tag::Td | Tag::Th);
    if one != other && first.parent == second.parent && is_cell(first.tag) && is_cell(second.tag) {
        return "\t";
    }
    let rows = (&cut.containers[first.parent as usize], &cut.containers[second.parent as usize]);
    let is_row = is_cell(first.tag) && is_cell(second.tag) && rows.0.tag == Tag::Tr && rows.1.tag == Tag::Tr;
    let is_item = first.tag == Tag::Li && second.tag == Tag::Li && one != other;
    if (is_row && rows.0.parent == rows.1.parent) || (is_item && first.parent == second.parent) { "\n" } else { "\n\n" }
}

/// Joins the chosen blocks, which are given in order.
fn assemble(cut: &Cut, chosen: &[usize]) -> Body {
    let mut text = String::new();
    for (place, at) in chosen.iter().enumerate() {
        if place > 0 {
            text.push_str(joint(cut, chosen[place - 1], *at));
        }
        text.push_str(&cut.text[bytes(cut.blocks[*at].text)]);
    }
    let range = match (chosen.first(), chosen.last()) {
        (Some(first), Some(last)) => cut.blocks[*first].nodes.0 as usize..cut.blocks[*last].nodes.1 as usize + 1,
        _ => 0..0,
    };
    Body { text, range, is_cut: cut.has_more }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::parse_html::parse_html;

    const PARAGRAPHS: [&str; 4] = [
        "The harbour reopened on Monday after eleven days of storm, and the first ferry left at 06:40 with 212 passengers on board.",
        "\"We have never waited this long,\" said the harbour master, whose office counted 38 ships at anchor outside the bay.",
        "Fuel prices rose by 4.5 per cent in the same week, and two of the three filling stations on the island ran out of diesel.",
        "The council will discuss a second pier in March; two members asked for the costs of the first one, which were never \
         published.",
    ];

    fn modern() -> String {
        let paragraphs = format!("<p>{}</p>", PARAGRAPHS.join("</p>\n<p>"));
        format!(
            "<title>Harbour reopens after storm</title><body><nav class=menu><ul><li><a href=/>Home</a><li><a href=/s>Sports</a></ul>\
             </nav><main><article><h1>Harbour reopens after storm</h1><p class=byline>By <a href=/a>Anna Reed</a></p>\
             <div class=article-body>{paragraphs}</div></article><aside class=related><h3>More</h3><ul><li><a href=/1>Ferry \
             company buys new ship</a><li><a href=/2>Island school gets a new roof</a></ul></aside></main>\
             <footer><p>© 2024 The Island Post. All rights reserved.</p></footer>"
        )
    }

    #[test]
    fn the_body_is_its_paragraphs() {
        let page = parse_html(&modern());
        let body = extract_body(&page);
        assert_eq!(body.text, PARAGRAPHS.join("\n\n"));
        assert!(page.text(body.range.start).starts_with("The harbour"));
        assert!(page.text(body.range.end - 1).ends_with("published."));
    }

    #[test]
    fn what_the_page_does_not_show_is_no_body() {
        let line = "The ferry company will pay back the fares of all passengers who had to wait for the storm to end.";
        let unseen = [
            format!("<p hidden>{line}</p>"),
            format!("<div style='display: none'><p>{line}</p></div>"),
            format!("<p class='u-mb visually-hidden'>{line}</p>"),
            format!("<p>{}<span class=sr-only>{line}</span></p>", PARAGRAPHS[0]),
            format!("<figcaption>{line}</figcaption>"),
            format!("<noframes><p>{line}</p></noframes>"),
        ];
        let long =
            modern().replace("</p>\n<p>", &format!("</p>\n<p>{}</p><p>", PARAGRAPHS.concat().replace("the", "that")));
        for html in unseen {
            let page = long.replacen("<div class=article-body>", &format!("<div class=article-body>{html}"), 1);
            let body = extract_body(&parse_html(&page)).text;
            assert!(!body.contains(line) && body.contains(PARAGRAPHS[2]), "{html}: {body}");
        }
        for html in
            [format!("<p hidden=until-found>{line}</p>"), format!("<p class='md:hidden not-sr-only'>{line}</p>")]
        {
            let page = long.replacen("<div class=article-body>", &format!("<div class=article-body>{html}"), 1);
            assert!(extract_body(&parse_html(&page)).text.contains(line), "{html}");
        }
        let all = modern().replace("<div class=article-body>", "<div class=article-body style='display:none'>");
        assert_eq!(extract_body(&parse_html(&all)).text, PARAGRAPHS.join("\n\n"));
    }

    #[test]
    fn old_markup_has_bodies_too() {
        let menu = "<tr><td><a href=a>News</a><br><a href=b>Sports</a><br><a href=c>Weather</a></td></tr>";
        let text = PARAGRAPHS.join("<br><br>\n");
        let page = format!(
            "<title>Harbour reopens</title><table><tr><td width=120><table>{menu}</table></td><td><font size=4><b>Harbour reopens\
             </b></font><br><br>{text}<br><br></td></tr></table>"
        );
        let body = extract_body(&parse_html(&page)).text;
        assert!(PARAGRAPHS.iter().all(|it| body.contains(it)), "{body}");
        assert!(!body.contains("Weather"), "{body}");
    }

    #[test]
    fn scripts_without_spaces_have_bodies_too() {
        let paragraph = "港口在星期一重新开放，第一班渡轮于六点四十分载着二百一十二名乘客离开。港务局长说，他们从来没有等过这么久。";
        let page = format!(
            "<title>港口重新开放</title><div class=nav><a href=1>首页</a> <a href=2>体育</a></div><h1>港口重新开放</h1>\
             <div id=content><p>{paragraph}</p><p>{paragraph}委员会将在三月讨论第二个码头。</p></div>\
             <div class=footer><a href=3>关于我们</a></div>"
        );
        let body = extract_body(&parse_html(&page)).text;
        assert!(body.starts_with(paragraph) && body.ends_with("第二个码头。"), "{body}");
    }

    #[test]
    fn inline_elements_and_line_breaks_keep_words_whole() {
        let table = block_table(&parse_html(
            "<p>un<b>break</b>able <a>li</a>nk<br>next&nbsp;&amp; last<p>two<br><br>three<ruby>字<rt>zi</rt></ruby>\
             <table><tr><td>a<td>b<tr><td>c</table><ul><li>x<li>y</ul>",
        ));
        assert_eq!(table.texts, ["unbreakable link\nnext & last", "two", "three字", "a", "b", "c", "x", "y"]);
        assert_eq!(table.joints[4..], ["\t", "\n", "\n\n", "\n"]);
        assert_eq!(table.rows.len(), table.texts.len() * table.width);
    }

    #[test]
    fn the_model_fits_the_description() {
        assert_eq!(block_table(&parse_html("<p>x")).width, MODEL.width);
    }

    #[test]
    fn bodies_in_scripts_are_read_when_the_page_shows_none() {
        let text = PARAGRAPHS.join("\\n\\n");
        let page = format!(
            "<div id=root></div><script type=application/json>{{\"articleBody\":\"{}\"}}</script>",
            text.replace('"', "\\\"")
        );
        let page = parse_html(&page);
        let body = extract_body(&page);
        assert_eq!(body.text, PARAGRAPHS.join("\n\n"));
        assert!(page.is_text(body.range.start));
    }

    #[test]
    fn empty_pages_have_no_body() {
        for page in ["", " ", "<p>", "<script>x</script>", "<title>x</title>"] {
            assert_eq!(extract_body(&parse_html(page)), Body::default(), "{page}");
        }
    }

    #[test]
    fn hostile_pages_cost_bounded_work() {
        let units = ["<div>x ", "<p class=comment>x y z.</p>", "<table><tr><td>x", "<li>\"</p", "<a>b</a><br><br>"];
        for unit in units {
            let page = parse_html(&unit.repeat(6_000));
            assert!(extract_body(&page).range.end <= page.len(), "{unit}");
        }
        let many = cut_blocks(&parse_html(&"x<hr>".repeat(cut_blocks::MAX_BLOCKS + 100)), &NAMES);
        assert_eq!(many.blocks.len(), cut_blocks::MAX_BLOCKS);
        assert!(many.has_more);
        let long = |count: usize| {
            extract_body(&parse_html(&format!(
                "<article>{}</article>",
                "<p>Rain fell on Monday, and the harbour stayed shut.</p>".repeat(count)
            )))
        };
        assert!(long(cut_blocks::MAX_BLOCKS + 1).is_cut && !long(300).is_cut);
        let scripts = "<script>\"</p \\\" </p</script>".repeat(5_000);
        assert_eq!(extract_body(&parse_html(&scripts)).text, "");
    }

    proptest! {
        #[test]
        fn the_body_is_made_of_the_page_in_order(parts in prop::collection::vec(prop::sample::select(vec![
            "<p>", "</p>", "<b>", "</b>", "<table>", "<td>", "</table>", "<a href='x'>", "</a>", "<br>", "<br><br>", "<li>", "<ul>",
            "The harbour reopened on Monday, said the master of the port. ", "word ", "字", "é. ", "<div class=body>", "</div>", "<h1>",
            "<aside>", "</aside>", "<article>", "<img>", "<input>", "<time>", "<noscript>", "&nbsp;", "© ", "<hr>", "<section hidden>",
        ]), 0..60)) {
            let page = parse_html(&parts.concat());
            let body = extract_body(&page);
            prop_assert_eq!(&body, &extract_body(&page));
            prop_assert!(body.range.start <= body.range.end && body.range.end <= page.len());
            let mut all = (0..page.len()).flat_map(|node| page.text(node).chars());
            for character in body.text.chars().filter(|it| !it.is_whitespace()) {
                prop_assert!(all.any(|it| it == character), "{}", body.text);
            }
        }

        #[test]
        fn any_text_is_safe(text in any::<String>()) {
            extract_body(&parse_html(&text));
            extract_body(&parse_html(&format!("<script>{{\"articleBody\":\"{text}</script><p>{text}")));
        }
    }
}
