//! Feeds a page to html5ever's tree builder.
//!
//! html5ever reads tags letter by letter, scripts line by line, and copies what it reads; most of a page needs none of that. Text
//! without references, tags whose values have none, comments, and the contents of scripts and style sheets are *plain*: they are
//! cut out here and go to the tree builder as tokens that share the memory of the page. Everything else goes through html5ever's
//! own tokenizer, up to the next `>`, until it closes a tag there: then it is known to stand in the data state, with nothing in
//! hand, and the next plain piece can pass it by. Tests hold the trees of both ways to be the same.

use std::borrow::Cow;
use std::cell::Cell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, LocalName, QualName, TokenizerResult, local_name, ns};
use memchr::{memchr, memchr_iter, memmem};

use super::HtmlPage;
use super::references::{Place, read_references};
use super::sink::Sink;

/// Bytes of a page that may be looked ahead at, per byte of it; a page that takes more goes through the tokenizer alone.
const AHEAD_PER_BYTE: usize = 4;

/// Parses `page`, which has no carriage returns, until its tree has taken more than `limit` steps; tells whether it was cut short.
pub(super) fn feed(page: &StrTendril, limit: u64) -> (HtmlPage, bool) {
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let builder = TreeBuilder::new(Sink::new(page.len()), options);
    let watch = Watch { builder, tags: Cell::new(0), is_raw: Cell::new(false) };
    let mut feeder = Feeder {
        page,
        bytes: page.as_bytes(),
        // The tokenizer would take a byte order mark off every piece.
        tokenizer: Tokenizer::new(watch, TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() }),
        queue: BufferQueue::default(),
        ahead: (page.len() + 1).saturating_mul(AHEAD_PER_BYTE),
        names: Names::new(),
    };
    let mut at = if page.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let mut in_data = false;
    while at < page.len() && !feeder.sink().is_full(limit) {
        let plain_end = if in_data { feeder.take_plain(at) } else { None };
        if let Some(end) = plain_end {
            at = end;
        } else {
            (at, in_data) = feeder.take_other(at);
        }
    }
    let is_cut = at < page.len();
    feeder.tokenizer.end();
    (feeder.tokenizer.sink.builder.sink.finish(), is_cut)
}

/// The tree builder, with what the feeder has to know of the tokens that went into it.
struct Watch {
    builder: TreeBuilder<u32, Sink>,
    /// Tags so far.
    tags: Cell<u64>,
    /// Whether the last tag opened an element whose content has no tags.
    is_raw: Cell<bool>,
}

impl TokenSink for Watch {
    type Handle = u32;

    fn process_token(&self, token: Token, line_number: u64) -> TokenSinkResult<u32> {
        let is_tag = matches!(token, Token::TagToken(_));
        let result = self.builder.process_token(token, line_number);
        if is_tag {
            self.tags.set(self.tags.get() + 1);
            self.is_raw.set(matches!(result, TokenSinkResult::RawData(_) | TokenSinkResult::Plaintext));
        }
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

struct Feeder<'p> {
    page: &'p StrTendril,
    bytes: &'p [u8],
    tokenizer: Tokenizer<Watch>,
    queue: BufferQueue,
    /// Bytes that may still be looked ahead at.
    ahead: usize,
    names: Names,
}

impl Feeder<'_> {
    fn sink(&self) -> &Sink {
        &self.tokenizer.sink.builder.sink
    }

    /// A piece without references; `None` when one of them is not plain.
    fn resolved(&self, start: usize, end: usize, place: Place) -> Option<StrTendril> {
        match read_references(self.page.get(start..end)?, place)? {
            Cow::Borrowed(_) => Some(self.piece(start, end)),
            Cow::Owned(text) => Some(text.into()),
        }
    }

    fn piece(&self, start: usize, end: usize) -> StrTendril {
        self.page.subtendril(start as u32, (end - start) as u32)
    }

    /// Hands a token to the tree builder; tells whether it opened an element whose content has no tags.
    fn hand(&self, token: Token) -> bool {
        // A script that could run and a charset that could be another are passed over.
        matches!(self.tokenizer.sink.builder.process_token(token, 0), TokenSinkResult::RawData(_))
    }

    /// Takes what lies up to the next `>` through the tokenizer; returns where that is, and whether it stands in the data state.
    fn take_other(&mut self, at: usize) -> (usize, bool) {
        let end = memchr(b'>', &self.bytes[at..]).map_or(self.bytes.len(), |found| at + found + 1);
        let tags = self.tokenizer.sink.tags.get();
        self.queue.push_back(self.piece(at, end));
        while !matches!(self.tokenizer.feed(&self.queue), TokenizerResult::Done) {}
        let watch = &self.tokenizer.sink;
        (end, watch.tags.get() > tags && !watch.is_raw.get())
    }

    /// Takes the plain piece at `at`, a place in the data state; returns its end, or `None` when what stands there is not plain.
    fn take_plain(&mut self, at: usize) -> Option<usize> {
        if self.ahead == 0 {
            return None;
        }
        match self.bytes[at..] {
            [b'<', b'!', b'-', b'-', ..] => self.take_comment(at),
            [b'<', b'/', first, ..] | [b'<', first, ..] if first.is_ascii_alphabetic() => self.take_tag(at),
            [b'<', ..] => None,
            _ => self.take_text(at),
        }
    }

    fn take_text(&self, at: usize) -> Option<usize> {
        let end = memchr(b'<', &self.bytes[at..]).map_or(self.bytes.len(), |found| at + found);
        self.hand(Token::CharacterTokens(self.resolved(at, end, Place::Text)?));
        Some(end)
    }

    /// Comments are not kept, but part the text around them.
    fn take_comment(&mut self, at: usize) -> Option<usize> {
        let rest = &self.bytes[at + "<!--".len()..];
        let length = memmem::find(rest, b"-->");
        self.ahead = self.ahead.saturating_sub(length.unwrap_or(rest.len()));
        let comment = &rest[..length?];
        if rest.starts_with(b">") || rest.starts_with(b"->") || memmem::find(comment, b"--!>").is_some() {
            return None;
        }
        self.hand(Token::CommentToken(StrTendril::new()));
        Some(at + "<!---->".len() + comment.len())
    }

    fn take_tag(&mut self, at: usize) -> Option<usize> {
        let (tag, end) = self.cut_tag(at)?;
        if tag.kind == TagKind::EndTag {
            self.hand(Token::TagToken(tag));
            return Some(end);
        }
        let code: &[u8] = match tag.name {
            local_name!("script") => b"script",
            local_name!("style") => b"style",
            local_name!("title")
            | local_name!("textarea")
            | local_name!("xmp")
            | local_name!("iframe")
            | local_name!("noembed")
            | local_name!("noframes")
            | local_name!("plaintext") => return None,
            _ => {
                self.hand(Token::TagToken(tag));
                return Some(end);
            }
        };
        let close = self.find_close(end, code)?;
        // In SVG and MathML these are elements like others.
        if self.hand(Token::TagToken(tag)) {
            self.hand(Token::CharacterTokens(self.piece(end, close)));
            return Some(close);
        }
        Some(end)
    }

    /// Where the end tag of a script or style sheet begins whose content begins at `from`; `None` when the content is not plain.
    ///
    /// In a script, `<!--` and then `<script` hide the next end tag.
    fn find_close(&mut self, from: usize, name: &[u8]) -> Option<usize> {
        let rest = &self.bytes[from..];
        let opens = |tail: &[u8]| tail.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
        let close = memchr_iter(b'<', rest).find(|&found| {
            let tail = &rest[found + 1..];
            tail.first() == Some(&b'/')
                && opens(&tail[1..])
                && matches!(tail.get(1 + name.len()), Some(b'\t' | b'\n' | b'\x0C' | b' ' | b'/' | b'>'))
        });
        self.ahead = self.ahead.saturating_sub(close.unwrap_or(rest.len()));
        let content = &rest[..close?];
        let hides = || {
            memmem::find(content, b"<!--")
                .is_some_and(|start| memchr_iter(b'<', &content[start..]).any(|it| opens(&content[start + it + 1..])))
        };
        (memchr(0, content).is_none() && !hides()).then_some(from + content.len())
    }

    /// The tag that begins at `at`, and where it ends; `None` unless it is plain.
    fn cut_tag(&mut self, at: usize) -> Option<(Tag, usize)> {
        let is_end = self.bytes[at + 1] == b'/';
        let mut cut = TagCutter { bytes: self.bytes, at: at + 1 + usize::from(is_end) };
        let name = cut.name(&mut self.names)?;
        let mut tag = Tag {
            kind: if is_end { TagKind::EndTag } else { TagKind::StartTag },
            name,
            self_closing: false,
            attrs: Vec::new(),
            had_duplicate_attributes: false,
        };
        loop {
            cut.pass_space();
            match cut.byte()? {
                b'>' => break,
                b'/' => {
                    cut.at += 1;
                    tag.self_closing = cut.byte()? == b'>';
                }
                _ => {
                    let name = cut.name(&mut self.names)?;
                    let (start, end) = cut.value()?;
                    let value = self.resolved(start, end, Place::Value)?;
                    if tag.attrs.iter().any(|it| it.name.local == name) {
                        tag.had_duplicate_attributes = true;
                    } else {
                        let name = QualName::new(None, ns!(), name);
                        tag.attrs.push(Attribute { name, value });
                    }
                }
            }
        }
        Some((tag, cut.at + 1))
    }
}

/// Names of tags and attributes that came before, so that few have to be looked up in the table of all names.
struct Names(Vec<LocalName>);

impl Names {
    /// A power of two.
    const SLOTS: usize = 256;

    fn new() -> Self {
        Self(vec![LocalName::default(); Self::SLOTS])
    }

    /// The name in lower case; `None` for none.
    fn find(&mut self, name: &[u8]) -> Option<LocalName> {
        let (first, last, middle) = (name.first()?, name.last()?, name.get(name.len() / 2)?);
        let mixed = usize::from(*first) * 5 + usize::from(*last) * 17 + usize::from(*middle) * 3 + name.len();
        let slot = &mut self.0[mixed % Self::SLOTS];
        if slot.as_bytes() != name {
            let name = std::str::from_utf8(name).ok()?;
            let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
            *slot = LocalName::from(if is_lower { Cow::Borrowed(name) } else { name.to_ascii_lowercase().into() });
        }
        Some(slot.clone())
    }
}

/// Cuts a tag into its parts. Every part is `None` when the page ends in it, or where it is not plain.
struct TagCutter<'p> {
    bytes: &'p [u8],
    at: usize,
}

impl TagCutter<'_> {
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn pass_space(&mut self) {
        while self.byte().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// The name of a tag or attribute, in lower case.
    fn name(&mut self, known: &mut Names) -> Option<LocalName> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|&byte| !is_plain_in_name(byte))?;
        self.at += length;
        let ends = is_space(rest[length]) || matches!(rest[length], b'/' | b'>' | b'=');
        if ends { known.find(&rest[..length]) } else { None }
    }

    /// Start and end of the value behind the name of an attribute; empty when it has none.
    fn value(&mut self) -> Option<(usize, usize)> {
        self.pass_space();
        if self.byte()? != b'=' {
            return Some((self.at, self.at));
        }
        self.at += 1;
        self.pass_space();
        let quote = self.byte()?;
        let (start, length) = if matches!(quote, b'"' | b'\'') {
            (self.at + 1, memchr(quote, &self.bytes[self.at + 1..])?)
        } else {
            (self.at, self.bytes[self.at..].iter().position(|&byte| is_space(byte) || byte == b'>')?)
        };
        let end = start + length;
        self.at = end + usize::from(start > self.at);
        Some((start, end))
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\x0C')
}

fn is_plain_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'_' | b':' | b'.' | b'@' | b'(' | b')' | b'[' | b']' | b'*' | b'#')
}

#[cfg(test)]
mod tests {
    use html5ever::driver::Parser;
    use html5ever::tendril::TendrilSink;
    use proptest::prelude::*;

    use super::*;

    /// The page as html5ever alone reads it.
    fn reference(text: &str) -> HtmlPage {
        let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
        let tokenizer = Tokenizer::new(TreeBuilder::new(Sink::new(text.len()), options), TokenizerOpts::default());
        Parser { tokenizer, input_buffer: BufferQueue::default() }.one(text)
    }

    fn fed(text: &str) -> HtmlPage {
        feed(&StrTendril::from(text), u64::MAX).0
    }

    #[test]
    fn what_is_not_plain_is_read_as_html5ever_reads_it() {
        for text in [
            "<script>if (a < b) '<p>'</script ><p>x",
            "<script><!-- <script> </script> --></script><p>x",
            "<script><!-- </script> --> x",
            "<p><script>a\0b</script>c",
            "<script>never closed <p>",
            "<svg><script>a<b>c</b></script><style><p></style></svg><style><p></style>",
            "<svg><![CDATA[a > b]]></svg><title>a &amp; <b></title>b<textarea>\n<p></textarea>",
            "<a href='?a=1&b=2&amp;c&copy=3&copy;' title=\"x > y\" HREF=2 x=a/ y= z>&eacute;&#65;&copy &</a>",
            "a<!-->b<!--->c<!-- d --!>e<!-- f -- g -->h<!doctype x><?php i ?>j</>k</ l>m<1>",
            "<plaintext><p>x</plaintext>",
            "<iframe><p>x</iframe><noscript><p>x</noscript><xmp><p></xmp>",
            "<p/ a=b/><br/><b a='x'b=\"y\"c>x</b d=e><i <u>y<a=b =c \"d>z",
            "<pre>\n\nx</pre>\u{FEFF}y<table>a<tr>&nbsp;<td> b",
            "<p a='unclosed>x</p>",
        ] {
            assert_eq!(fed(text), reference(text), "{text}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_dropped_at_the_start_alone() {
        assert_eq!(fed("\u{FEFF}<b>\u{FEFF}x").text_content(0), "\u{FEFF}x");
    }

    #[test]
    fn looking_ahead_again_and_again_ends() {
        for text in
            ["<svg>".to_owned() + &"<script>".repeat(200_000) + "</script>", "<!--x--!><b>".repeat(100_000) + "-->"]
        {
            feed(&StrTendril::from(&*text), 1 << 22);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn html5ever_alone_builds_the_same_tree(parts in prop::collection::vec(prop::sample::select(vec![
            "<p>", "</p>", "<B class=x>", "</b>", "<table>", "<td>", "</table>", "<a href='x?a=1&b=2'>", "text ", "<select>", "<option>",
            "<svg>", "</svg>", "<template>", "</template>", "<script>", "</script>", "<style>", "</style >", "<!--", "-->", "--!>", "<!-- a -->",
            "<body>", "<html a=b>", "<frameset>", "<form>", "é", "<", ">", "\0", "&amp;", "&", "&copy", "&#x80;", "</br>", "<title>", "</title>",
            "<math><annotation-xml>", "<div ", "<textarea>", "\n", "\"", "'", "=", "/", "<pre>", "<iframe>", "</iframe>", "<![CDATA[", "]]>",
            "<!doctype html>", "<plaintext>", "<br/>", "<a a=1 a=2 b>", "<noscript>", " x='", "a b",
        ]), 0..30)) {
            let text = parts.concat();
            prop_assert_eq!(fed(&text), reference(&text));
        }
    }
}
