//! What the site of a page is called: to take its name off titles, and not to take it for a title or an author.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::fold_words::fold_words;

/// Shortest name, in bytes without spaces, that may be recognized by a part of it.
const SHORTEST_PART: usize = 4;

/// The names of a site.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// What the page calls it, folded, without spaces.
    names: Vec<String>,
    /// The labels of its host but the last, letters and digits only.
    labels: Vec<String>,
    /// All labels but the last, and all of them, joined.
    hosts: [String; 2],
}

impl Site {
    /// The site with the names that the page gives, and the address of the page.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>, url: Option<&str>) -> Self {
        let names = names.map(compact).filter(|name| !name.is_empty()).take(8).collect();
        let host = url.and_then(host_of).unwrap_or_default();
        let plain = |label: &str| label.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let mut labels: Vec<String> = host.split('.').map(plain).filter(|label| label != "www").collect();
        let whole = labels.concat();
        labels.pop();
        Self { names, hosts: [labels.concat(), whole], labels }
    }

    /// Whether a piece of text is the name of the site, or close to it.
    pub fn is_name(&self, text: &str) -> bool {
        let words = fold_words(text);
        let folded = words.replace(' ', "");
        if folded.is_empty() {
            return true;
        }
        let is_part = |name: &String| {
            name.len() >= SHORTEST_PART
                && folded.len() >= SHORTEST_PART
                && (name.contains(&folded) || folded.contains(&**name) && folded.len() <= 2 * name.len())
        };
        self.names.iter().any(|name| *name == folded || is_part(name))
            || forms(&folded).iter().any(|form| self.is_host(form))
            || self.is_acronym(&words)
    }

    /// Whether a text is exactly a name that the page gives to its site, or its host.
    pub fn is_exact_name(&self, text: &str) -> bool {
        let folded = compact(text);
        self.names.contains(&folded)
            || !folded.is_empty() && forms(&folded).iter().any(|form| self.hosts.contains(form))
    }

    fn is_host(&self, form: &str) -> bool {
        let [main, whole] = &self.hosts;
        let is_part = |label: &String| {
            label.len() >= SHORTEST_PART && form.contains(&**label) && 2 * form.len() <= 5 * label.len()
        };
        !main.is_empty()
            && !form.is_empty()
            && (form == main
                || form == whole
                || form.len() >= SHORTEST_PART && main.contains(form)
                || self.labels.iter().any(is_part))
    }

    fn is_acronym(&self, words: &str) -> bool {
        let initials: String = words.split(' ').filter_map(|word| word.chars().next()).collect();
        initials.chars().count() >= 2 && self.labels.contains(&initials)
    }
}

/// The host of an address.
fn host_of(url: &str) -> Option<&str> {
    let rest = url.split_once("//")?.1;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    Some(host.rsplit('@').next().unwrap_or(host))
}

fn compact(text: &str) -> String {
    fold_words(text).replace(' ', "")
}

/// How a folded name may be written in a host: as it is, without marks, with two letters for umlauts, without the article.
fn forms(folded: &str) -> Vec<String> {
    let mut forms = vec![folded.to_owned()];
    if !folded.is_ascii() {
        forms.push(folded.nfd().filter(|c| !is_combining_mark(*c)).collect());
        forms.push(folded.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss"));
    }
    if let Some(rest) = folded.strip_prefix("the") {
        forms.push(rest.to_owned());
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_by_page_and_host() {
        let site = Site::new(["The Example"].into_iter(), Some("https://www.muenchner-bote.example.org/x"));
        for name in ["The Example", "the example online", "Münchner Bote", "muenchner-bote.example.org", "Example"] {
            assert!(site.is_name(name), "{name}");
        }
        assert!(!site.is_name("Harbour opens") && !site.is_name("Ada Moreno"));
        assert!(site.is_exact_name("THE EXAMPLE") && !site.is_exact_name("Example"));
        let site = Site::new(std::iter::empty(), Some("https://edt.example"));
        assert!(site.is_name("Example Daily Times") && site.is_name(" - "));
        assert!(!Site::default().is_name("Anything"));
    }
}
