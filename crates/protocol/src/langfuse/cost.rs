//! Costs as a client reports them.

use crate::numbers::usd;
use model::Money;
use serde_json::{Map, Value};

pub(super) const TOTAL: &str = "total";

/// The total: as told, or else the sum of the parts. `None` when a part is no amount of money.
pub(crate) fn reported_cost(details: &Map<String, Value>) -> Option<Money> {
    if let Some(total) = details.get(TOTAL).filter(|total| !total.is_null()) {
        return usd(total);
    }
    let mut parts = details.values().filter(|part| !part.is_null()).map(usd);
    let first = parts.next()??;
    parts.try_fold(first, |sum, part| Some(sum + part?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cost(details: Value) -> Option<String> {
        reported_cost(details.as_object().unwrap()).map(|amount| amount.to_string())
    }

    #[test]
    fn the_total_is_told_or_summed() {
        assert_eq!(cost(json!({"input": 0.001, "output": 0.002, "total": 0.0031})).unwrap(), "0.0031");
        assert_eq!(cost(json!({"input": 0.1, "output": 0.2, "total": null})).unwrap(), "0.3");
        assert_eq!(cost(json!({"total": "0.5"})).unwrap(), "0.5");
        for unknown in [json!({}), json!({"input": "much"}), json!({"total": -1, "input": 1})] {
            assert_eq!(cost(unknown.clone()), None, "{unknown}");
        }
    }
}
