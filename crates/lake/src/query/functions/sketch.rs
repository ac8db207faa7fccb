//! `ddsketch(number)`: an aggregate whose result is the bytes of a `model::sketch::DdSketch`.

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray},
        datatypes::{DataType, Float64Type},
    },
    common::{Result, exec_datafusion_err},
    logical_expr::{
        Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility, function::AccumulatorArgs,
        utils::AggregateOrderSensitivity,
    },
    scalar::ScalarValue,
};
use model::sketch::DdSketch;
use std::sync::{Arc, LazyLock};

/// The sketch of `values` (Float64; nulls are left out).
pub(crate) fn ddsketch(values: Expr) -> Expr {
    static FUNCTION: LazyLock<Arc<AggregateUDF>> = LazyLock::new(|| Arc::new(AggregateUDF::from(Sketch::new())));
    FUNCTION.call(vec![values])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Sketch {
    signature: Signature,
}

impl Sketch {
    fn new() -> Self {
        Self { signature: Signature::exact(vec![DataType::Float64], Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for Sketch {
    fn name(&self) -> &str {
        "ddsketch"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn accumulator(&self, _acc_args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(SketchAccumulator(DdSketch::default())))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

#[derive(Debug)]
struct SketchAccumulator(DdSketch);

impl Accumulator for SketchAccumulator {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        values[0].as_primitive::<Float64Type>().iter().flatten().for_each(|value| self.0.add(value));
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary(Some(self.0.to_bytes())))
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.0.memory()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for bytes in states[0].as_binary::<i32>().iter().flatten() {
            self.0.merge_bytes(bytes).ok_or_else(|| exec_datafusion_err!("a damaged sketch"))?;
        }
        Ok(())
    }
}
