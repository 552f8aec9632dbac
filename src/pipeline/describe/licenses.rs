//! How licences are named: SPDX identifiers, their addresses, and the names of the Hugging Face Hub.

/// Licences of data and text: the SPDX identifier, and what the Hub calls it.
const KNOWN: &[(&str, &str)] = &[
    ("CC0-1.0", "cc0-1.0"),
    ("CC-BY-2.0", "cc-by-2.0"),
    ("CC-BY-2.5", "cc-by-2.5"),
    ("CC-BY-3.0", "cc-by-3.0"),
    ("CC-BY-4.0", "cc-by-4.0"),
    ("CC-BY-SA-3.0", "cc-by-sa-3.0"),
    ("CC-BY-SA-4.0", "cc-by-sa-4.0"),
    ("CC-BY-NC-2.0", "cc-by-nc-2.0"),
    ("CC-BY-NC-3.0", "cc-by-nc-3.0"),
    ("CC-BY-NC-4.0", "cc-by-nc-4.0"),
    ("CC-BY-ND-4.0", "cc-by-nd-4.0"),
    ("CC-BY-NC-ND-3.0", "cc-by-nc-nd-3.0"),
    ("CC-BY-NC-ND-4.0", "cc-by-nc-nd-4.0"),
    ("CC-BY-NC-SA-2.0", "cc-by-nc-sa-2.0"),
    ("CC-BY-NC-SA-3.0", "cc-by-nc-sa-3.0"),
    ("CC-BY-NC-SA-4.0", "cc-by-nc-sa-4.0"),
    ("CDLA-Permissive-1.0", "cdla-permissive-1.0"),
    ("CDLA-Permissive-2.0", "cdla-permissive-2.0"),
    ("CDLA-Sharing-1.0", "cdla-sharing-1.0"),
    ("ODC-By-1.0", "odc-by"),
    ("ODbL-1.0", "odbl"),
    ("PDDL-1.0", "pddl"),
    ("etalab-2.0", "etalab-2.0"),
    ("C-UDA-1.0", "c-uda"),
    ("Apache-2.0", "apache-2.0"),
    ("MIT", "mit"),
    ("BSD-3-Clause", "bsd-3-clause"),
    ("GFDL-1.3-only", "gfdl"),
    ("GFDL-1.3-or-later", "gfdl"),
    ("Unlicense", "unlicense"),
];

fn known(license: &str) -> Option<&'static (&'static str, &'static str)> {
    KNOWN.iter().find(|(spdx, _)| spdx.eq_ignore_ascii_case(license))
}

/// The Hub's name of a licence; none for one that it does not list.
pub fn hub_name(license: &str) -> Option<&'static str> {
    known(license).map(|(_, name)| *name)
}

/// The address of a licence: its own, or that of the SPDX list; none where it is words.
pub fn address(license: &str) -> Option<String> {
    if license.starts_with("https://") || license.starts_with("http://") {
        return Some(license.to_owned());
    }
    known(license).map(|(spdx, _)| format!("https://spdx.org/licenses/{spdx}.html"))
}
