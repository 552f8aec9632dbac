//! Finds the article among the JSON-LD of a page, and what is said of it in the words of schema.org.

use std::borrow::Cow;

use super::json_tree::{JsonTree, Kind};

/// Articles by schema.org (version 29): `Article` and its subtypes, `SocialMediaPosting` and its subtypes.
const ARTICLES: &[&str] = &[
    "AdvertiserContentArticle",
    "AnalysisNewsArticle",
    "Article",
    "AskPublicNewsArticle",
    "BackgroundNewsArticle",
    "BlogPosting",
    "DiscussionForumPosting",
    "LiveBlogPosting",
    "MedicalScholarlyArticle",
    "NewsArticle",
    "OpinionNewsArticle",
    "Report",
    "ReportageNewsArticle",
    "ReviewNewsArticle",
    "SatiricalArticle",
    "ScholarlyArticle",
    "SocialMediaPosting",
    "TechArticle",
];

/// Other works that a page may be about, and pages themselves.
const WORKS: &[&str] = &[
    "AboutPage",
    "AudioObject",
    "Blog",
    "ClaimReview",
    "Course",
    "CreativeWork",
    "CriticReview",
    "Event",
    "FAQPage",
    "HowTo",
    "ItemPage",
    "MediaObject",
    "NewsMediaPage",
    "Periodical",
    "PodcastEpisode",
    "Product",
    "ProfilePage",
    "QAPage",
    "Question",
    "RadioEpisode",
    "Recipe",
    "Review",
    "TVEpisode",
    "VideoObject",
    "WebPage",
];

/// Members whose objects are about something else than the page.
const ASIDE: &[&str] = &[
    "about",
    "blogPost",
    "citation",
    "comment",
    "hasPart",
    "isBasedOn",
    "isPartOf",
    "isRelatedTo",
    "itemListElement",
    "itemReviewed",
    "liveBlogUpdate",
    "mentions",
    "relatedLink",
    "subjectOf",
    "suggestedAnswer",
];

/// How deep a value may be wrapped (`@id` behind `@id`, names in names).
const MAX_HOPS: usize = 4;
/// Values of one member that are read.
const MAX_VALUES: usize = 64;

/// The last part of a type: `http://schema.org/NewsArticle` and `schema:NewsArticle` are `NewsArticle`.
pub fn type_name(written: &str) -> &str {
    let written = written.trim().trim_end_matches('/');
    written.rsplit(['/', '#', ':']).next().unwrap_or(written)
}

/// Whether a type of schema.org is an article.
pub fn is_article_type(written: &str) -> bool {
    ARTICLES.binary_search(&type_name(written)).is_ok()
}

/// A person or body as JSON-LD names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party<'a> {
    /// Name as written.
    pub name: Cow<'a, str>,
    /// Whether it is said to be an organization.
    pub is_body: bool,
}

/// What JSON-LD says of the page.
#[derive(Debug)]
pub struct JsonLd<'t, 'a> {
    tree: &'t JsonTree<'a>,
    ids: Vec<(Cow<'a, str>, usize)>,
    /// The article, then what else describes the page; best first.
    works: Vec<usize>,
    sites: Vec<usize>,
}

impl<'t, 'a> JsonLd<'t, 'a> {
    /// Finds the objects that describe the page.
    pub fn of(tree: &'t JsonTree<'a>, is_own_url: impl Fn(&str) -> bool) -> Self {
        let mut found = Self { tree, ids: Vec::new(), works: Vec::new(), sites: Vec::new() };
        let mut ranked: Vec<(u32, usize)> = Vec::new();
        let mut aside_until = 0;
        for node in 0..tree.len() {
            if node >= aside_until && ASIDE.contains(&tree.key(node)) {
                aside_until = tree.end(node);
            }
            if tree.kind(node) != Kind::Object {
                continue;
            }
            if let Some(id) = tree.member_text(node, "@id")
                && tree.end(node) > node + 2
            {
                found.ids.push((id, node));
            }
            let rank = found.rank(node, node < aside_until, &is_own_url);
            if rank > 0 {
                ranked.push((rank, node));
            }
            if found.has_type(node, |kind| kind == "WebSite") {
                found.sites.push(node);
            }
        }
        found.ids.sort();
        ranked.sort_by_key(|(rank, node)| (std::cmp::Reverse(*rank), *node));
        found.works = ranked.into_iter().take(16).map(|(_, node)| node).collect();
        found
    }

    /// How well an object describes the page; 0 when it does not.
    fn rank(&self, node: usize, is_aside: bool, is_own_url: impl Fn(&str) -> bool) -> u32 {
        let is_article = self.has_type(node, |kind| ARTICLES.binary_search(&kind).is_ok());
        let is_work = is_article || self.has_type(node, |kind| WORKS.binary_search(&kind).is_ok());
        if !is_work || is_aside {
            return 0;
        }
        let has = |key| self.tree.member(node, key).is_some();
        let is_own = ["url", "@id", "mainEntityOfPage"].into_iter().any(|key| {
            let value = self.tree.member(node, key);
            let text = value.and_then(|value| self.tree.text(value).or_else(|| self.tree.member_text(value, "@id")));
            text.is_some_and(|text| is_own_url(&text))
        });
        let told = [has("headline"), has("datePublished"), has("author") || has("creator"), has("articleBody")];
        let points = told.into_iter().map(u32::from).sum::<u32>();
        if is_article || is_own || points > 0 {
            1 + points + 8 * u32::from(is_own) + 16 * u32::from(is_article)
        } else {
            0
        }
    }

    fn has_type(&self, node: usize, matches: impl Fn(&str) -> bool) -> bool {
        let Some(kind) = self.tree.member(node, "@type") else { return false };
        self.tree.each(kind).filter_map(|kind| self.tree.text(kind)).any(|kind| matches(type_name(&kind)))
    }

    /// The headline, and whether it is that of a news article.
    pub fn headline(&self) -> Option<(Cow<'a, str>, bool)> {
        self.works.iter().find_map(|work| {
            let headline = self.texts_of(*work, "headline").into_iter().next()?;
            Some((headline, self.has_type(*work, |kind| kind.ends_with("NewsArticle"))))
        })
    }

    /// The values of a member, of the best object that has it.
    pub fn texts(&self, key: &str) -> Vec<Cow<'a, str>> {
        self.works.iter().map(|work| self.texts_of(*work, key)).find(|texts| !texts.is_empty()).unwrap_or_default()
    }

    /// The first value of a member, of the best object that has it.
    pub fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        self.texts(key).into_iter().next()
    }

    /// The first values of a member of every object, best first.
    pub fn all(&self, key: &str) -> impl Iterator<Item = Cow<'a, str>> {
        self.works.iter().filter_map(move |work| self.texts_of(*work, key).into_iter().next())
    }

    fn texts_of(&self, work: usize, key: &str) -> Vec<Cow<'a, str>> {
        let Some(value) = self.tree.member(work, key) else { return Vec::new() };
        let plain = |node| self.tree.text(node).or_else(|| Some(self.party(node)?.name));
        self.tree.each(value).take(MAX_VALUES).filter_map(plain).collect()
    }

    /// The persons and bodies in a member, of the best object that has it.
    pub fn parties(&self, key: &str) -> Vec<Party<'a>> {
        let parties = |work: &usize| -> Vec<Party<'a>> {
            let value = self.tree.member(*work, key);
            let each = value.into_iter().flat_map(|value| self.tree.each(value));
            each.take(MAX_VALUES).filter_map(|node| self.party(node)).collect()
        };
        self.works.iter().map(parties).find(|parties| !parties.is_empty()).unwrap_or_default()
    }

    /// The name of a value: a string, an object with a name, or a reference to one.
    fn party(&self, node: usize) -> Option<Party<'a>> {
        let mut at = node;
        let mut is_body = false;
        for _ in 0..MAX_HOPS {
            if let Some(name) = self.tree.text(at) {
                return Some(Party { name, is_body });
            }
            is_body |=
                self.has_type(at, |kind| kind.ends_with("Organization") || kind == "Corporation" || kind == "Brand");
            let next = ["name", "@value", "@list", "legalName"].into_iter().find_map(|key| self.tree.member(at, key));
            at = match next {
                Some(next) => next,
                None if self.tree.kind(at) == Kind::Array => self.tree.children(at).next()?,
                None => self.referred(&self.tree.member_text(at, "@id")?).filter(|node| *node != at)?,
            };
        }
        None
    }

    /// The first object with an id that says more than the id.
    fn referred(&self, id: &str) -> Option<usize> {
        let place = self.ids.partition_point(|(own, _)| &**own < id);
        self.ids.get(place).filter(|(own, _)| own == id).map(|(_, node)| *node)
    }

    /// The names that the page gives to its site.
    pub fn site_names(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let publisher = self.parties("publisher").into_iter().map(|party| party.name);
        publisher.chain(self.sites.iter().filter_map(|site| self.tree.member_text(*site, "name")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(blocks: &[&str], check: impl Fn(&JsonLd<'_, '_>) -> T) -> T {
        let mut tree = JsonTree::default();
        for block in blocks {
            tree.push_block(block);
        }
        check(&JsonLd::of(&tree, |url| url == "https://a.example/own"))
    }

    #[test]
    fn tables_are_sorted() {
        assert!(ARTICLES.is_sorted() && WORKS.is_sorted() && ASIDE.is_sorted());
    }

    #[test]
    fn the_article_is_found_wherever_it_stands() {
        let graph = r#"{"@graph":[{"@type":"WebSite","name":"S"},{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle",
            "headline":"Other","datePublished":"1"}]},{"@type":["Thing","http://schema.org/NewsArticle"],"headline":"Own",
            "author":[{"@id":"p1"},{"@type":"Organization","name":"Desk"}]}]}"#;
        let person = r#"[{"@type":"Person","@id":"p1","name":"Ada"}]"#;
        with(&[graph, person], |found| {
            assert!(found.headline().is_some_and(|(_, is_news)| is_news));
            assert_eq!(found.text("headline").as_deref(), Some("Own"));
            let names: Vec<_> =
                found.parties("author").into_iter().map(|it| (it.name.into_owned(), it.is_body)).collect();
            assert_eq!(names, [("Ada".to_owned(), false), ("Desk".to_owned(), true)]);
            assert_eq!(found.site_names().collect::<Vec<_>>(), ["S"]);
        });
        let page = r#"{"@type":"WebPage","datePublished":"2","mainEntity":{"@type":"Article","headline":"In"}}"#;
        with(&[page], |found| {
            assert_eq!(found.text("headline").as_deref(), Some("In"));
            assert_eq!(found.text("datePublished").as_deref(), Some("2"));
        });
        let live = r#"{"@type":"LiveBlogPosting","headline":"Live","liveBlogUpdate":[{"@type":"BlogPosting","headline":"Entry",
            "url":"https://a.example/own"}]}"#;
        assert_eq!(with(&[live], |found| found.text("headline").map(Cow::into_owned)).as_deref(), Some("Live"));
        let two =
            r#"{"@type":"Article","headline":"A"} {"@type":"Article","headline":"B","url":"https://a.example/own"}"#;
        assert_eq!(with(&[two], |found| found.text("headline").map(Cow::into_owned)).as_deref(), Some("B"));
    }

    #[test]
    fn circles_end() {
        let circle = r#"{"@type":"Article","headline":"A","author":{"@id":"x"}},{"@id":"x","y":{"@id":"x"}},{"@id":"z","name":{"@id":"z"}}"#;
        assert!(with(&[circle], |found| found.parties("author").is_empty()));
    }
}
