//! Whether ids are members of a set that was found before: sets of any size, which a list of literals in the plan could not be.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray},
        compute::cast,
        datatypes::DataType,
    },
    common::{Result, exec_datafusion_err},
    logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
    prelude::{ident, lit},
};
use model::filter::TargetSet;
use std::{
    collections::HashSet,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// Up to so many traces are also named one by one, so that statistics and bloom filters can leave files out.
const MAX_NAMED_TRACES: usize = 500;

/// True where the text is in the set.
pub(crate) fn is_one_of(texts: Arc<HashSet<String>>, column: &str) -> Expr {
    ScalarUDF::from(Membership::new(Members::Texts(texts))).call(vec![ident(column)])
}

/// True of spans that one of the targets is, holds (a trace) or holds the trace of (a session).
pub(crate) fn is_attached(targets: &Arc<TargetSet>) -> Expr {
    if targets.is_empty() {
        return lit(false);
    }
    let mut columns = vec![ident("trace_id"), ident("span_id")];
    // Without the session the test is on the identity alone, and may run before the last report of a span is chosen.
    if !targets.sessions.is_empty() {
        columns.push(ident("session_id"));
    }
    let is_member = ScalarUDF::from(Membership::new(Members::Targets(Arc::clone(targets)))).call(columns);
    let traces: HashSet<_> = targets.traces.iter().chain(targets.spans.iter().map(|(trace, _)| trace)).collect();
    if !targets.sessions.is_empty() || traces.len() > MAX_NAMED_TRACES {
        return is_member;
    }
    let named = traces.into_iter().map(|trace| lit(trace.to_hex())).collect();
    ident("trace_id").in_list(named, false).and(is_member)
}

#[derive(Debug)]
enum Members {
    Texts(Arc<HashSet<String>>),
    Targets(Arc<TargetSet>),
}

/// A set belongs to one query: the same place in memory means the same set, and no other is compared.
#[derive(Debug)]
struct Membership {
    name: String,
    members: Members,
    signature: Signature,
}

impl Membership {
    fn new(members: Members) -> Self {
        let name = match &members {
            Members::Texts(texts) => format!("is_one_of_{:p}", Arc::as_ptr(texts)),
            Members::Targets(targets) => format!("is_attached_{:p}", Arc::as_ptr(targets)),
        };
        Self { name, members, signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

impl PartialEq for Membership {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Membership {}

impl Hash for Membership {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Membership {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let texts = |value: &ColumnarValue| -> Result<ArrayRef> { Ok(cast(&value.to_array(args.number_rows)?, &DataType::Utf8)?) };
        let columns = args.args.iter().map(texts).collect::<Result<Vec<_>>>()?;
        let value = |column: usize, row: usize| {
            let texts = columns.get(column)?.as_string_opt::<i32>()?;
            texts.is_valid(row).then(|| texts.value(row))
        };
        let rows = 0..args.number_rows;
        let members: BooleanArray = match &self.members {
            Members::Texts(set) => rows.map(|row| Some(value(0, row).is_some_and(|text| set.contains(text)))).collect(),
            Members::Targets(set) => {
                if columns.len() < 2 {
                    return Err(exec_datafusion_err!("expected the ids of a span"));
                }
                let is_member = |row| {
                    let ids = value(0, row).zip(value(1, row)).and_then(|(trace, span)| Some((trace.parse().ok()?, span.parse().ok()?)));
                    ids.is_some_and(|(trace, span)| set.has_span(trace, span, value(2, row)))
                };
                rows.map(|row| Some(is_member(row))).collect()
            }
        };
        Ok(ColumnarValue::Array(Arc::new(members)))
    }
}
