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
        let places: Vec<Option<usize>> = members.iter().map(|member| articles.find(&member.id)).collect();
        places.iter().flatten().for_each(|at| in_clusters[*at] = true);
        let size_up_to = |part: u16| -> u64 {
            let rows = members.iter().zip(&places).filter(|(member, _)| member.part <= part);
            rows.filter_map(|(_, at)| at.map(|at| 1 + ledger.removed_for(at, part))).sum()
        };
        let sizes: Vec<u64> = (0..=manifest.appended.len()).map(|part| size_up_to(part as u16)).collect();
        let size = *sizes.last().expect("law: a dataset has a part");
        if size == 1 && members.iter().all(|member| member.cluster == member.id && member.size == 1) {
            continue;
        }
        clusters += 1;
        check_representative(members, articles, report);
        if ledger.complete {
            for member in members {
                // What came later is not counted in a row that was published before.
                let expected = sizes.get(usize::from(member.part)).copied().unwrap_or(size);
                if i64::from(member.size) != expected as i64 {
                    let Member { id, cluster, size, .. } = member;
                    let detail = format_args!("`{id}` in `{cluster}`: expected {expected}, but found {size}");
                    report.add(Rule::ClusterSize, "data", detail);
                }
            }
        }
    }
    if !ledger.complete {
        return;
    }
    for (at, fact) in articles.facts.iter().enumerate().filter(|(at, _)| !in_clusters[*at]) {
        let removed = ledger.removed_for(at, u16::MAX);
        if removed > 0 {
            let detail = format_args!("`{}`: expected {}, but found 1", fact.id, 1 + removed);
            report.add(Rule::ClusterSize, "data", detail);
        }
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
