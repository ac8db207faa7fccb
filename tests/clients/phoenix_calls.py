"""An application that traces with `phoenix.otel.register` and judges its spans with Phoenix' client.

No word of Telltale: where it sends is in PHOENIX_COLLECTOR_ENDPOINT and PHOENIX_BASE_URL.
"""

import json
import sys

from phoenix.client import Client
from phoenix.otel import register

# Without a protocol this is gRPC, as most applications have it.
protocol = {"protocol": "http/protobuf"} if sys.argv[1] == "http" else {}
provider = register(project_name=f"phoenix-{sys.argv[1]}", batch=False, verbose=False, **protocol)
tracer = provider.get_tracer("app")

with tracer.start_as_current_span("answer", openinference_span_kind="chain") as span:
    span.set_input("What is the weather in Paris?")
    span.set_attribute("session.id", f"{sys.argv[1]}-session")
    with tracer.start_as_current_span("look", openinference_span_kind="retriever"):
        pass
    span.set_output("Sunny.")
    context = span.get_span_context()
span_id, trace_id = format(context.span_id, "016x"), format(context.trace_id, "032x")
provider.force_flush()

client = Client()
spans, traces, sessions = client.spans, client.traces, client.sessions
first = spans.add_span_annotation(
    span_id=span_id, annotation_name="quality", annotator_kind="LLM", label="good", score=0.5, explanation="short", metadata={"judge": "gpt-4o"}, sync=True
)
again = spans.log_span_annotations(
    span_annotations=[{"span_id": span_id, "name": "quality", "annotator_kind": "LLM", "result": {"label": "good", "score": 0.9}}], sync=True
)
spans.add_document_annotation(span_id=span_id, document_position=1, annotation_name="relevance", annotator_kind="CODE", score=0.25, sync=True)
traces.add_trace_annotation(trace_id=trace_id, annotation_name="helpful", annotator_kind="HUMAN", label="yes", sync=True)
sessions.add_session_annotation(session_id=f"{sys.argv[1]}-session", annotation_name="csat", annotator_kind="HUMAN", score=5, sync=True)
spans.add_span_note(span_id=span_id, note="look at this")
read = spans.get_span_annotations(span_ids=[span_id], project_identifier=f"phoenix-{sys.argv[1]}")
try:
    spans.add_span_annotation(span_id="00000000000000aa", annotation_name="quality", score=1, sync=True)
    refused = None
except Exception as error:
    refused = str(error)
print(json.dumps({"span_id": span_id, "trace_id": trace_id, "first": first, "again": again[0], "read": read, "refused": refused}))
