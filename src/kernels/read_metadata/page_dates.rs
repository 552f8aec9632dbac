//! Dates that stand in the page outside its head: `<time>`, visible lines, the address.

use crate::kernels::extract_body::Body;
use crate::kernels::parse_html::HtmlPage;
use crate::statement::Statement;

/// States them, best first.
pub fn state_dates<'a>(_page: &'a HtmlPage, _body: &Body, _url: Option<&str>, _out: &mut Vec<Statement<'a>>) {}
