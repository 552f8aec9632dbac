//! stub
use super::*;
use std::sync::Arc;
use crate::extractors::registry::Registry;
use crate::kernels::parse_date::DateOrder;
/// o
#[derive(Debug, Clone)]
pub struct AttachOptions { /// r
 pub registry: Arc<Registry>, /// n
 pub not_after: Option<i32>, /// a
 pub abbreviations: Vec<(String, i32)>, /// d
 pub date_order: Option<DateOrder> }
/// s
pub struct Attach(Arc<AttachOptions>);
impl Attach { /// n
 pub fn new(o: Arc<AttachOptions>) -> Self { Self(o) } }
impl Stage for Attach { fn name(&self) -> &'static str {"attach"} fn requires(&self) -> &'static [&'static str] {&[]} fn provides(&self) -> &'static [&'static str] {&[]} fn apply(&self, b: &RecordBatch) -> Result<StageOutput> { drop(&self.0); Ok(StageOutput{kept:b.clone(),rejected:vec![]}) } }
