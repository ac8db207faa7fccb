//! The answers of OTLP, in the encoding of the request.

use super::{
    Encoding, Signal,
    wire::{ExportPartialSuccess, ExportServiceResponse, RpcAny, RpcDuration, RpcRetryInfo, RpcStatus},
};
use prost::Message;
use serde_json::json;

/// `Export*ServiceResponse`. Without rejections or message it is empty (`{}` in JSON): partial success must be unset then.
/// With `rejected == 0` a message is a warning.
pub fn encode_response(encoding: Encoding, signal: Signal, rejected: u64, message: Option<&str>) -> Vec<u8> {
    let complete = rejected == 0 && message.is_none();
    let message = message.unwrap_or_default();
    match encoding {
        Encoding::Protobuf => {
            let partial_success = (!complete)
                .then(|| ExportPartialSuccess { rejected: i64::try_from(rejected).unwrap_or(i64::MAX), error_message: message.to_owned() });
            ExportServiceResponse { partial_success }.encode_to_vec()
        }
        Encoding::Json if complete => b"{}".to_vec(),
        // 64-bit integers are text in proto3 JSON.
        Encoding::Json => {
            json!({"partialSuccess": {signal.rejected_field(): rejected.to_string(), "errorMessage": message}}).to_string().into_bytes()
        }
    }
}

/// `google.rpc.Status`, the body of every error of OTLP/HTTP. `code` is a `google.rpc.Code`.
pub fn encode_error(encoding: Encoding, code: i32, message: &str) -> Vec<u8> {
    match encoding {
        Encoding::Protobuf => RpcStatus { code, message: message.to_owned(), details: Vec::new() }.encode_to_vec(),
        Encoding::Json => json!({"code": code, "message": message}).to_string().into_bytes(),
    }
}

/// `google.rpc.Status` with a `RetryInfo`, for `grpc-status-details-bin`: without it exporters choose their own pause, or give up.
pub fn encode_retry_status(code: i32, message: &str, seconds: u32) -> Vec<u8> {
    let info = RpcRetryInfo { retry_delay: Some(RpcDuration { seconds: i64::from(seconds) }) };
    let detail = RpcAny { type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(), value: info.encode_to_vec() };
    RpcStatus { code, message: message.to_owned(), details: vec![detail] }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_success_leaves_partial_success_unset() {
        assert!(encode_response(Encoding::Protobuf, Signal::Traces, 0, None).is_empty());
        assert_eq!(encode_response(Encoding::Json, Signal::Logs, 0, None), b"{}");
    }

    #[test]
    fn partial_success_names_the_signal_and_the_reason() {
        let text = String::from_utf8(encode_response(Encoding::Json, Signal::Metrics, 2, Some("why"))).unwrap();
        assert_eq!(text, r#"{"partialSuccess":{"errorMessage":"why","rejectedDataPoints":"2"}}"#);
        let bytes = encode_response(Encoding::Protobuf, Signal::Traces, 2, Some("why"));
        let partial = ExportServiceResponse::decode(bytes.as_slice()).unwrap().partial_success.unwrap();
        assert_eq!((partial.rejected, partial.error_message.as_str()), (2, "why"));
    }
}
