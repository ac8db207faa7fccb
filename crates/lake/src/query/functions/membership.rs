//! Tests of a row's identity against sets: spans with several reports, and rows that were erased.

use crate::{
    erase::{ErasedRows, columns as erasure_columns},
    identity::{RepeatedSpans, span_hash},
};
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray},
        datatypes::{DataType, Int64Type},
    },
    common::Result,
    logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
    prelude::ident,
};
use model::telemetry::RowKind;
use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// Whether a span row may be one of several reports.
pub(crate) fn is_repeated(spans: &RepeatedSpans) -> Expr {
    let test = Test::Repeated(Arc::clone(spans));
    ScalarUDF::from(Membership::new("is_repeated", test)).call(vec![ident("trace_id"), ident("span_id")])
}

/// Whether any of the erasures hides a row.
pub(crate) fn is_erased(erased: &Arc<ErasedRows>, kind: RowKind) -> Expr {
    let columns = erasure_columns(kind).iter().map(|name| ident(*name)).collect();
    ScalarUDF::from(Membership::new("is_erased", Test::Erased(Arc::clone(erased), kind))).call(columns)
}

enum Test {
    Repeated(RepeatedSpans),
    Erased(Arc<ErasedRows>, RowKind),
}

impl Test {
    /// Where the set is: a set belongs to one snapshot, and two tests of one set are the same test.
    fn address(&self) -> usize {
        match self {
            Self::Repeated(spans) => Arc::as_ptr(spans) as usize,
            Self::Erased(erased, _) => Arc::as_ptr(erased) as usize,
        }
    }
}

struct Membership {
    name: &'static str,
    test: Test,
    signature: Signature,
}

impl Membership {
    fn new(name: &'static str, test: Test) -> Self {
        Self { name, test, signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Membership {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.test.address()) == (other.name, other.test.address())
    }
}

impl Eq for Membership {}

impl Hash for Membership {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.name, self.test.address()).hash(state);
    }
}

impl ScalarUDFImpl for Membership {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let columns = args.args.iter().map(|column| column.to_array(args.number_rows)).collect::<Result<Vec<_>>>()?;
        let flags: BooleanArray = match &self.test {
            Test::Repeated(spans) => {
                let (traces, ids) = (columns[0].as_string::<i32>(), columns[1].as_string::<i32>());
                (0..args.number_rows).map(|row| Some(spans.contains(&span_hash(traces.value(row), ids.value(row))))).collect()
            }
            Test::Erased(erased, kind) => {
                let texts: Vec<_> = columns[1..].iter().map(|column| column.as_string::<i32>()).collect();
                let seqs = columns[0].as_primitive::<Int64Type>();
                let value = |column: usize, row: usize| texts.get(column).filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row));
                (0..args.number_rows)
                    .map(|row| Some(erased.hides(*kind, seqs.value(row).unsigned_abs(), |column| value(column, row))))
                    .collect()
            }
        };
        Ok(ColumnarValue::Array(Arc::new(flags) as ArrayRef))
    }
}
