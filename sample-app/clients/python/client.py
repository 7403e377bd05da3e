"""Calls every method of the sample application and prints a line for each.

Usage: client.py [HOST:PORT [TOKEN]]

Needs grpcio and protobuf only (Debian: python3-grpcio). The messages come from the descriptor set that
the build of the sample writes; an application of yours would generate classes with grpcio-tools.
"""

import json
import os
import sys
import threading
import time
import urllib.request

import grpc
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

PROTOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../target/protos.binpb")

# Methods that may run twice, and no others: after UNAVAILABLE nobody knows whether CreateProduct has
# created something.
SERVICE_CONFIG = {
    "methodConfig": [{
        "name": [
            {"service": "product.v1.ProductService", "method": "GetProduct"},
            {"service": "product.v1.ProductService", "method": "ListProducts"},
            {"service": "product.v1.ProductService", "method": "DeleteProduct"},
            {"service": "classification.v1.DocumentClassifier"},
        ],
        "retryPolicy": {
            "maxAttempts": 3,
            "initialBackoff": "0.2s",
            "maxBackoff": "2s",
            "backoffMultiplier": 2,
            "retryableStatusCodes": ["UNAVAILABLE"],
        },
    }],
}


def load_protos():
    pool = descriptor_pool.DescriptorPool()
    with open(PROTOS, "rb") as file:
        files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    for proto in files.file:
        pool.Add(proto)
    pool.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(error_protos())
    return pool


def error_protos():
    """google.rpc.Status and the details that this client reads, which are not in the set."""
    file = descriptor_pb2.FileDescriptorProto(name="errors.proto", package="google.rpc", syntax="proto3")
    file.dependency.extend(["google/protobuf/any.proto", "google/protobuf/duration.proto"])
    text, number, message = 9, 5, 11
    for name, fields in {
        "Status": [("code", 1, number), ("message", 2, text), ("details", 3, message, ".google.protobuf.Any")],
        "ErrorInfo": [("reason", 1, text), ("domain", 2, text)],
        "FieldViolation": [("field", 1, text), ("description", 2, text)],
        "BadRequest": [("field_violations", 1, message, ".google.rpc.FieldViolation")],
        "RetryInfo": [("retry_delay", 1, message, ".google.protobuf.Duration")],
    }.items():
        declared = file.message_type.add(name=name)
        for field, index, kind, *type_name in fields:
            repeated = field in ("details", "field_violations")
            declared.field.add(name=field, number=index, type=kind, label=3 if repeated else 1,
                               type_name=type_name[0] if type_name else None)
    return file


POOL = load_protos()
FACTORY = message_factory.MessageFactory(POOL)


def message(name, /, **fields):
    return FACTORY.GetPrototype(POOL.FindMessageTypeByName(name))(**fields)


def details(error):
    """The details of an error, by the names of their types: ErrorInfo, BadRequest, RetryInfo."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = message("google.rpc.Status")
            status.ParseFromString(value)
            found = {}
            for packed in status.details:
                name = packed.type_url.rpartition("/")[2]
                try:
                    detail = message(name)
                except KeyError:
                    continue  # of a type that this client does not know
                detail.ParseFromString(packed.value)
                found[name.rpartition(".")[2]] = detail
            return found
    return {}


def explain(error):
    found = details(error)
    lines = [error.code().name]
    if "ErrorInfo" in found:
        lines.append("reason " + found["ErrorInfo"].reason)
    for violation in found["BadRequest"].field_violations if "BadRequest" in found else ():
        lines.append(f"{violation.field} {violation.description}")
    if "RetryInfo" in found:
        lines.append(f"retry after {found['RetryInfo'].retry_delay.ToMilliseconds()} ms")
    return ", ".join(lines)


class Service:
    """A service, whose methods are called by their names."""

    def __init__(self, channel, name, token):
        self.descriptor = POOL.FindServiceByName(name)
        self.channel = channel
        self.metadata = [("authorization", "Bearer " + token)] if token else []

    def call(self, method, request, timeout):
        described = self.descriptor.methods_by_name[method]
        proto = descriptor_pb2.MethodDescriptorProto()
        described.CopyToProto(proto)
        kind = ("stream" if proto.client_streaming else "unary") + "_" \
            + ("stream" if proto.server_streaming else "unary")
        answer = FACTORY.GetPrototype(described.output_type)
        return getattr(self.channel, kind)(
            f"/{self.descriptor.full_name}/{method}",
            request_serializer=lambda sent: sent.SerializeToString(),
            response_deserializer=answer.FromString,
        )(request, timeout=timeout, metadata=self.metadata)


def watch(products, ids, count):
    """The next prices of products. A stream that the server gives up goes on where it was."""
    seen = []
    last = 0
    while len(seen) < count:
        requests = iter([message("product.v1.WatchRequest", product_ids=ids, after_sequence=last)])
        stream = products.call("WatchPrices", keep_open(requests), timeout=60)
        try:
            for price in stream:
                last = price.sequence
                seen.append(last)
                # The first stream is given up here, for the second one to resume
                if len(seen) in (2, count):
                    stream.cancel()
                    break
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE:
                raise
            time.sleep(0.2)
    return seen


def keep_open(requests):
    """Requests of a stream that is not half-closed: grpcio ends this thread when the call is over."""
    yield from requests
    threading.Event().wait(60)


def say(method, text):
    print(f"{method:20} {text}", flush=True)


def main(target="localhost:9090", token=None):
    if token is None:
        token = urllib.request.urlopen("http://localhost:8080/dev/token?subject=python", timeout=10).read().decode()
    options = [("grpc.service_config", json.dumps(SERVICE_CONFIG)), ("grpc.enable_retries", 1)]
    # One channel for the process. Anything but a laptop wants grpc.secure_channel.
    with grpc.insecure_channel(target, options) as channel:
        product_calls(Service(channel, "product.v1.ProductService", token))
        classifier_calls(Service(channel, "classification.v1.DocumentClassifier", token))
        user_calls(channel, token)
        other_calls(channel, token)


def product_calls(products):
    def create(name):
        return message("product.v1.CreateProductRequest", name=name, price=19.99, category_id="python")

    lamp = products.call("CreateProduct", create("Lamp"), 5)
    say("CreateProduct", lamp.id)
    say("GetProduct", products.call("GetProduct", message("product.v1.GetProductRequest", id=lamp.id), 5).name)
    batch = products.call("BatchCreateProducts", iter([create("Chair"), create("Table")]), 10)
    say("BatchCreateProducts", f"{batch.created_count} created")
    # The last id that was received is the cursor, which outlives stream, server and client
    first = list(products.call("ListProducts", message("product.v1.ListProductsRequest", category="python",
                                                       page_size=2), 10))
    rest = list(products.call("ListProducts", message("product.v1.ListProductsRequest", category="python",
                                                      page_token=first[-1].id), 10))
    say("ListProducts", f"{len(first)} and {len(rest)} after the cursor")
    sequences = watch(products, [lamp.id], 4)
    say("WatchPrices", "resumed, rising" if sequences == sorted(set(sequences)) else f"out of order: {sequences}")
    try:
        products.call("CreateProduct", message("product.v1.CreateProductRequest", price=-1), 5)
    except grpc.RpcError as error:
        say("CreateProduct", explain(error))
    products.call("DeleteProduct", message("product.v1.DeleteProductRequest", id=lamp.id), 5)
    say("DeleteProduct", "deleted")


def classifier_calls(classifier):
    def text(content):
        return message("classification.v1.ClassifyRequest", text=content, max_results=1)

    def best(answer):
        return f"type {answer.results[0].document_type}"

    invoice = text("Invoice no. 4711. Amount due 1,200.00 EUR, payable within 30 days.")
    say("Classify", best(classifier.call("Classify", invoice, 5)))
    answers = classifier.call("ClassifyBatch", message("classification.v1.ClassifyBatchRequest",
                                                       requests=[invoice, text("")]), 10)
    say("ClassifyBatch", ", ".join(a.error.code if a.HasField("error") else best(a.result) for a in answers))
    events = [message("classification.v1.ClassificationEvent", classification_started=invoice, correlation_id=key)
              for key in ("a", "b")]
    answers = classifier.call("ClassifyStream", iter(events), 10)
    say("ClassifyStream", ", ".join(f"{a.correlation_id}: {best(a.classification_complete)}" for a in answers))
    chunks = [message("classification.v1.DocumentChunk", document_id="play", data=b"All work. " * 1000,
                      chunk_number=i, is_last=i == 2) for i in range(3)]
    say("UploadDocument", classifier.call("UploadDocument", iter(chunks), 30).storage_key[:14])


def user_calls(channel, token):
    anybody = Service(channel, "user.v1.UserService", None)
    users = Service(channel, "user.v1.UserService", token)
    user = anybody.call("CreateUser", message("user.v1.CreateUserRequest", name="Ann", email="ann@example.com"), 5)
    say("CreateUser", user.name)
    say("ListUsers", f"{sum(1 for _ in users.call('ListUsers', message('user.v1.ListUsersRequest'), 10)) > 0}")
    update = message("user.v1.UpdateUserRequest", user_id=user.id, changes=message("user.v1.User", name="Anna"))
    say("UserUpdates", next(users.call("UserUpdates", iter([update]), 10)).name)
    try:
        next(anybody.call("ListUsers", message("user.v1.ListUsersRequest"), 10))
    except grpc.RpcError as error:
        say("ListUsers", explain(error))


def other_calls(channel, token):
    points = [message("telemetry.v1.MetricPoint", metric_name="load", value=value) for value in (1, 2.5)]
    metrics = Service(channel, "telemetry.v1.MetricsService", token)
    say("RecordMetrics", f"mean {metrics.call('RecordMetrics', iter(points), 10).aggregates['load']}")
    logs = Service(channel, "logs.v1.LogService", token).call(
        "StreamLogs", message("logs.v1.LogRequest", level="INFO"), 30)
    say("StreamLogs", next(logs).level)
    logs.cancel()  # the log has no end
    chat = Service(channel, "chat.v1.ChatService", token)
    listener = chat.call("Chat", keep_open(iter([message("chat.v1.ChatMessage", room_id="python")])), 30)
    entered = threading.Event()

    def speak():  # again and again: nothing tells when the listener is in the room
        while not entered.wait(0.2):
            list(chat.call("Chat", iter([message("chat.v1.ChatMessage", room_id="python", content="hello")]), 5))

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        heard = next(listener)
        say("Chat", f"{heard.user_id}: {heard.content}")
    finally:
        entered.set()
        speaker.join()
        listener.cancel()


if __name__ == "__main__":
    main(*sys.argv[1:])
