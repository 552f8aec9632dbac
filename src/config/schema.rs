//! `[schema]` and `[fields]`, checked: the table of articles, and the names by which records state its columns.

use std::collections::BTreeMap;

use super::resolve::{key_error, one_of};
use super::written::WrittenField;
use crate::columns::extension::Document;
use crate::columns::{ARTICLES, ColumnType, Table};
use crate::error::Result;
use crate::kernels::sha256::Digest;
use crate::readers::DeclaredField;
use crate::statement::{DateForm, Field, OwnField, OwnKey};

/// The table of articles with what a document adds; `document` is the name and text of the file, where one is named.
pub fn resolve_schema(document: Option<(&str, &str)>) -> Result<&'static Table> {
    let Some((name, text)) = document else { return Ok(&ARTICLES) };
    let document = Document::parse(name, text)?;
    let digest = Digest::of(document.canonical().as_bytes()).to_string();
    Ok(Table::extended(document, digest))
}

/// By what names records state things.
pub struct FieldNames {
    /// Names of facts.
    pub facts: Vec<(String, DeclaredField)>,
    /// Names of the user's own columns.
    pub own: Vec<OwnKey>,
}

/// Names of facts, and names of the user's own columns; these columns go by their own names, too.
pub fn resolve_fields(written: &BTreeMap<String, WrittenField>, articles: &'static Table) -> Result<FieldNames> {
    let own_fields: Vec<(&'static str, OwnField)> = articles
        .own_columns()
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let place = u8::try_from(place).expect("law: a document declares few columns");
            (column.name, OwnField { place, is_list: column.kind == ColumnType::TextList })
        })
        .collect();
    let (mut fields, mut keys) = (Vec::new(), Vec::new());
    for (name, field) in written {
        let (fact, form) = match field {
            WrittenField::Fact(fact) => (fact.as_str(), DateForm::Auto.code()),
            WrittenField::Dated { fact, form } => (fact.as_str(), form.as_str()),
        };
        let key = format!("fields.{name}");
        if fact == "text" {
            fields.push((name.clone(), DeclaredField::Text));
            continue;
        }
        if fact.starts_with("x_") && own_fields.is_empty() {
            return Err(key_error(&key, &format!("expected a fact, but found `{fact}`, which no schema declares"))
                .hint("name the JSON Schema that declares it: `extends = \"FILE\"` in `[schema]`"));
        }
        // What readers say to later stages is no fact of a record.
        let stateable = Field::ALL.iter().filter(|field| !matches!(field, Field::Encoding | Field::Flag | Field::Own));
        let facts = stateable.map(|field| (field.code(), Ok(*field)));
        let fact = one_of(&key, fact, facts.chain(own_fields.iter().map(|(column, own)| (*column, Err(*own)))))?;
        let form = one_of(&key, form, DateForm::ALL.iter().map(|form| (form.code(), *form)))?;
        match fact {
            Ok(fact) => fields.push((name.clone(), DeclaredField::Fact(fact, form))),
            Err(field) => keys.push(OwnKey { name: name.clone(), field, form }),
        }
    }
    for (name, field) in own_fields {
        if !written.contains_key(name) {
            keys.push(OwnKey { name: name.to_owned(), field, form: DateForm::Auto });
        }
    }
    Ok(FieldNames { facts: fields, own: keys })
}
