//! Clusters: one representative each, and the size that rows and removed records add up to.

use super::articles::{Articles, Member};
use super::ledger::Ledger;
use super::report::Report;
use super::rules::Rule;
use crate::manifest::Manifest;
use crate::pipeline::interim::MANIFEST;

/// Checks every cluster.
pub fn check_clusters(manifest: &Manifest, articles: &Articles, ledger: &Ledger, report: &mut Report) {
    if !articles.complete {
        report.skip(&[Rule::ClusterRepresentative, Rule::ClusterSize]);
        return;
    }
    if !ledger.complete {
        report.skip(&[Rule::ClusterSize]);
    }
    let mut in_clusters = vec![false; articles.facts.len()];
    let mut clusters = 0;
    for members in articles.members.chunk_by(|a, b| a.cluster == b.cluster) {
        clusters += 1;
        let mut size = 0;
        for member in members {
            if let Some(at) = articles.find(&member.id) {
                in_clusters[at] = true;
                size += 1 + ledger.removed.get(at).map_or(0, |removed| u64::from(*removed));
            }
        }
        check_representative(members, articles, report);
        if ledger.complete {
            for member in members.iter().filter(|member| i64::from(member.size) != size as i64) {
                let detail =
                    format_args!("`{}` in `{}`: expected {size}, but found {}", member.id, member.cluster, member.size);
                report.add(Rule::ClusterSize, "data", detail);
            }
        }
    }
    if !ledger.complete {
        return;
    }
    let alone = articles
        .facts
        .iter()
        .zip(&in_clusters)
        .zip(&ledger.removed)
        .filter(|((_, inside), removed)| !**inside && **removed > 0);
    for ((fact, _), removed) in alone {
        report.add(
            Rule::ClusterSize,
            "data",
            format_args!("`{}`: expected {}, but found 1", fact.id, 1 + u64::from(*removed)),
        );
    }
    if clusters != manifest.duplicates.clusters {
        report.add(
            Rule::ClusterSize,
            MANIFEST,
            format_args!("expected {clusters} clusters, as in `articles`, but found {}", manifest.duplicates.clusters),
        );
    }
}

fn check_representative(members: &[Member], articles: &Articles, report: &mut Report) {
    let Some(Member { cluster, .. }) = members.first() else { return };
    let standing: Vec<_> = members.iter().filter(|member| member.is_representative).collect();
    match standing.as_slice() {
        [one] if one.id == *cluster => {}
        [one] => {
            let detail =
                format_args!("`{cluster}`: expected its id to be that of its representative, but found `{}`", one.id);
            report.add(Rule::ClusterRepresentative, "data", detail);
        }
        [] if articles.find(cluster).is_none() => {
            report.add(
                Rule::ClusterRepresentative,
                "data",
                format_args!("expected `{cluster}` in `articles`, but found no such row"),
            );
        }
        other => {
            let detail = format_args!("`{cluster}`: expected one representative, but found {}", other.len());
            report.add(Rule::ClusterRepresentative, "data", detail);
        }
    }
}
