//! `nanos(milliseconds)`: whole nanoseconds, whose sum does not depend on the order of the rows.

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Int64Array},
        datatypes::{DataType, Float64Type},
    },
    common::Result,
    logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
};
use model::time::nanos_of_millis;
use std::sync::{Arc, LazyLock};

/// Of Float64; null where it is null or not a number.
pub(crate) fn nanos(millis: Expr) -> Expr {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Arc::new(ScalarUDF::from(Nanos::new())));
    FUNCTION.call(vec![millis])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Nanos {
    signature: Signature,
}

impl Nanos {
    fn new() -> Self {
        Self { signature: Signature::exact(vec![DataType::Float64], Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Nanos {
    fn name(&self) -> &str {
        "nanos"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let millis = args.args[0].to_array(args.number_rows)?;
        let nanos = millis.as_primitive::<Float64Type>().iter().map(|millis| millis.and_then(nanos_of_millis));
        Ok(ColumnarValue::Array(Arc::new(nanos.collect::<Int64Array>()) as ArrayRef))
    }
}
