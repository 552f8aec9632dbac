//! The text of an element as a reader sees it on one line.

use crate::kernels::parse_html::{HtmlPage, LocalName, is_code, local_name};

use super::fold_words::is_invisible;

/// Nodes and bytes that are looked at of one element; what needs more is no line.
const MAX_WORK: usize = 1 << 16;

/// The text of an element on one line: white space collapsed, a space where a block or a line ends, soft hyphens left out.
///
/// `None` when there is none, more than `longest` bytes, or when it takes more than [`MAX_WORK`] to find out.
pub fn visible_text(page: &HtmlPage, node: usize, longest: usize) -> Option<String> {
    read_text(page, node, (longest, MAX_WORK), ' ')
}

/// The text of an element, a line end where a block, a line or an element ends without a space.
pub fn visible_lines(page: &HtmlPage, node: usize, longest: usize) -> Option<String> {
    read_text(page, node, (longest, MAX_WORK), '\n')
}

/// What a reader sees of a whole page, in lines; empty when there is nothing.
pub fn page_lines(page: &HtmlPage) -> String {
    read_text(page, 0, (usize::MAX, usize::MAX), '\n').unwrap_or_default()
}

fn read_text(page: &HtmlPage, node: usize, (longest, budget): (usize, usize), line_end: char) -> Option<String> {
    let mut out = String::new();
    let end = page.end(node);
    let mut block_end = usize::MAX;
    let mut gap = None;
    let mut budget = budget;
    let mut at = node;
    while at < end {
        budget = budget.checked_sub(1 + page.text(at).len())?;
        if at >= block_end {
            gap = Some(line_end);
            block_end = usize::MAX;
        }
        let name = page.name(at);
        if is_code(name) || matches!(*name, local_name!("noscript") | local_name!("svg")) {
            at = page.end(at);
            continue;
        }
        if page.is_text(at) {
            if line_end == '\n' && gap.is_none() {
                gap = Some(line_end);
            }
            push_text(page.text(at), &mut gap, &mut out);
            if out.len() > longest {
                return None;
            }
        } else if at != node && !is_inline(name) {
            gap = Some(line_end);
            block_end = block_end.min(page.end(at));
        }
        at += 1;
    }
    (!out.is_empty()).then_some(out)
}

fn push_text(text: &str, gap: &mut Option<char>, out: &mut String) {
    for letter in text.chars() {
        if letter.is_whitespace() {
            *gap = gap.or(Some(' '));
        } else if !is_invisible(letter) || matches!(letter, '\u{200C}' | '\u{200D}') {
            if let Some(gap) = gap.take().filter(|_| !out.is_empty()) {
                out.push(gap);
            }
            out.push(letter);
        }
    }
}

/// Elements that stand in the middle of a line, and within words.
fn is_inline(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("a")
            | local_name!("abbr")
            | local_name!("b")
            | local_name!("bdi")
            | local_name!("bdo")
            | local_name!("cite")
            | local_name!("code")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("mark")
            | local_name!("q")
            | local_name!("s")
            | local_name!("small")
            | local_name!("span")
            | local_name!("strong")
            | local_name!("sub")
            | local_name!("sup")
            | local_name!("time")
            | local_name!("u")
            | local_name!("wbr")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::parse_html::parse_html;

    #[test]
    fn lines_and_blocks_part_words() {
        let text = |html: &str| visible_text(&parse_html(html), 0, 99);
        assert_eq!(
            text("<h1><p>Kicker</p>He<b>ad</b> \n line<br>two<div>x</div>y</h1>").as_deref(),
            Some("Kicker Head line two x y")
        );
        assert_eq!(text("Ha&shy;fen<script>no</script>").as_deref(), Some("Hafen"));
        let page = parse_html("<p>By <a>Ada</a><a>Can</a><div>Text");
        assert_eq!(visible_lines(&page, 0, 99).as_deref(), Some("By Ada\nCan\nText"));
        assert_eq!(text(" "), None);
        assert_eq!(text(&"long ".repeat(99)), None);
    }
}
