/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.validation;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.exceptions.CompilationException;
import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.ErrorInfo;
import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.OtherMethod;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.OrderService;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.v1.OrderLine;
import io.github.grpcpatterns.testing.v1.OrderRequest;
import io.github.grpcpatterns.testing.v1.OrderResponse;
import io.github.grpcpatterns.testing.v1.OuterRequest;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.github.grpcpatterns.testing.v1.RuledServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link ValidationServerInterceptor}.
 */
class ValidationServerInterceptorTests {

	private static final OrderRequest VALID = OrderRequest.newBuilder().setByPost("home").build();

	private final OrderService service = new OrderService();

	private final CallRecorder recorder = new CallRecorder();

	static List<MethodDescriptor<OrderRequest, OrderResponse>> methods() {
		return List.of(RuledServiceGrpc.getOrderMethod(), RuledServiceGrpc.getOrderListMethod(),
				RuledServiceGrpc.getOrderStreamMethod(), RuledServiceGrpc.getOrderBidiMethod());
	}

	private GrpcHarness start(RequestValidator validator) {
		return GrpcHarness.netty()
			.service(this.service)
			.interceptors(this.recorder, new ValidationServerInterceptor(validator))
			.start();
	}

	private GrpcHarness start() {
		return start(new RequestValidator(null));
	}

	private List<FieldViolation> violations(OrderRequest request) {
		try (GrpcHarness harness = start()) {
			Outcome outcome = call(harness.channel(), RuledServiceGrpc.getOrderMethod(), request);
			assertThat(outcome.status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
			assertThat(this.service.requests).hasValue(0);
			return outcome.violations();
		}
	}

	@ParameterizedTest
	@MethodSource("methods")
	void aValidRequestPasses(MethodDescriptor<OrderRequest, OrderResponse> method) {
		try (GrpcHarness harness = start()) {
			assertThat(call(harness.channel(), method, VALID).status.getCode()).isEqualTo(Status.Code.OK);
			assertThat(this.service.requests).hasValue(1);
		}
	}

	@ParameterizedTest
	@MethodSource("methods")
	void aRequestThatBreaksItsRulesEndsTheCallBeforeTheHandlerSeesIt(
			MethodDescriptor<OrderRequest, OrderResponse> method) throws Exception {
		try (GrpcHarness harness = start()) {
			Outcome outcome = call(harness.channel(), method,
					VALID.toBuilder().setCustomer("somebody with a secret").setTotal(1).setDeposit(2).build());
			assertThat(outcome.status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
			assertThat(outcome.status.getDescription()).isEqualTo("the request is not valid");
			assertThat(outcome.detail(ErrorInfo.class).getReason()).isEqualTo("INVALID_REQUEST");
			assertThat(outcome.violations()).extracting(FieldViolation::getField, FieldViolation::getDescription)
				.containsExactly(tuple("", "the total must not be below the deposit"),
						tuple("customer", "must be at most 10 characters"));
			CallRecord record = this.recorder.await();
			assertThat(record.endReason()).isEqualTo(EndReason.INVALID_REQUEST);
			assertThat(record.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
			assertThat(this.service.requests).hasValue(0);
			assertThat(this.service.completed).hasValue(0);
		}
	}

	@Test
	void aStreamEndsAtTheFirstMessageThatBreaksItsRules() {
		try (GrpcHarness harness = start()) {
			Outcome outcome = call(harness.channel(), RuledServiceGrpc.getOrderStreamMethod(), VALID, VALID,
					VALID.toBuilder().setCustomer("somebody else").build(), VALID);
			assertThat(outcome.status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
			this.recorder.await();
			assertThat(this.service.requests).hasValue(2);
			assertThat(this.service.completed).hasValue(0);
		}
	}

	@Test
	void pathsAreThoseOfProtovalidate() {
		OrderRequest request = VALID.toBuilder()
			.addLines(OrderLine.newBuilder().setItem("tea"))
			.addLines(OrderLine.newBuilder().setItem("pot").setCount(101))
			.addLines(OrderLine.newBuilder().setCount(1))
			.putLabels("a \"b\" \\", "much")
			.build();
		assertThat(violations(request)).extracting(FieldViolation::getField)
			.containsExactly("lines[1].count", "lines[2].item", "labels[\"a \\\"b\\\" \\\\\"]");
	}

	@Test
	void textsOfRulesAreToldButNeverAValue() {
		OrderRequest request = OrderRequest.newBuilder()
			.setNote("xSECRET")
			.setCode("boom")
			.setCountry("SECRET")
			.setCash("SECRET")
			.setCard("SECRET")
			.setPlain(true)
			.setCustomer("SECRET SECRET")
			.build();
		List<FieldViolation> violations = violations(request);
		assertThat(violations.toString()).doesNotContain("SECRET", "boom");
		assertThat(violations).extracting((violation) -> entry(violation.getField(), violation.getDescription()))
			.contains(entry("", "breaks the rule order.note"), entry("", "only one of cash, card can be set"),
					entry("code", "breaks the rule order.code"), entry("plain", "\"!this\" returned false"),
					entry("way", "exactly one field is required in oneof"))
			.hasSize(7);
	}

	@Test
	void violationsAreCutSoThatTheTrailersFit() {
		OrderRequest.Builder request = VALID.toBuilder();
		for (int i = 0; i < 2000; i++) {
			request.addLines(OrderLine.getDefaultInstance());
		}
		assertThat(violations(request.build())).hasSizeBetween(50, 300)
			.extracting(FieldViolation::getField)
			.startsWith("lines[0].item", "lines[1].item");
	}

	@Test
	void violationsBelowALongKeyAreNoMoreThanCanBeTold() throws Exception {
		OuterRequest.Middle.Builder middle = OuterRequest.Middle.newBuilder();
		for (int i = 0; i < 200; i++) {
			middle.addLines(OrderLine.getDefaultInstance());
		}
		for (int length : new int[] { 3000, 50_000 }) {
			OuterRequest request = OuterRequest.newBuilder().putMiddles("k".repeat(length), middle.build()).build();
			BadRequest violations = new RequestValidator(null).check(request, RequestRules.UNKNOWN);
			assertThat(violations).isNotNull();
			assertThat(violations.getSerializedSize()).isLessThan(10_000);
		}
	}

	@Test
	void ofALargeRequestTheFirstViolationIsTold() {
		OrderRequest.Builder request = VALID.toBuilder();
		for (int i = 0; i < RequestValidator.LARGE_BYTES / 2 + 1; i++) {
			request.addLines(OrderLine.getDefaultInstance());
		}
		assertThat(violations(request.build())).extracting(FieldViolation::getField).containsExactly("lines[0].item");
	}

	@Test
	void aRuleThatFailsIsOurFaultAndInTheLog() {
		try (GrpcHarness harness = start(); CapturedLog log = new CapturedLog("grpc.patterns.call")) {
			Outcome outcome = call(harness.channel(), RuledServiceGrpc.getOrderMethod(),
					VALID.toBuilder().setNumbers("SECRET").build());
			assertThat(outcome.status.getCode()).isEqualTo(Status.Code.INTERNAL);
			assertThat(outcome.status.getDescription()).isEqualTo("internal error");
			assertThat(this.recorder.await().endReason()).isEqualTo(EndReason.INTERNAL);
			assertThat(this.service.requests).hasValue(0);
			Awaitility.await().until(() -> !log.events().isEmpty());
			assertThat(log.events()).singleElement()
				.satisfies((event) -> assertThat(event.getThrowableProxy().getMessage()).contains("order.numbers"));
		}
	}

	@Test
	void aValidatorOfTheApplicationsIsAskedAndMayFail() {
		RequestValidator validator = new RequestValidator((request) -> {
			if (((OrderRequest) request).getCustomer().isEmpty()) {
				return ValidationResult.EMPTY;
			}
			throw new CompilationException("of no use");
		});
		try (GrpcHarness harness = start(validator)) {
			assertThat(call(harness.channel(), RuledServiceGrpc.getOrderMethod(), VALID).status.isOk()).isTrue();
			assertThat(call(harness.channel(), RuledServiceGrpc.getOrderMethod(),
					VALID.toBuilder().setCustomer("x").build()).status
				.getCode()).isEqualTo(Status.Code.INTERNAL);
		}
	}

	@Test
	void methodsWithoutRulesAreLeftAlone() {
		RequestValidator never = new RequestValidator((request) -> {
			throw new AssertionError("asked");
		});
		try (GrpcHarness harness = GrpcHarness.inProcess()
			.service(new PingService())
			.interceptors(new ValidationServerInterceptor(never))
			.start()) {
			harness.blocking().ping(PingRequest.getDefaultInstance());
		}
		assertThat(RequestRules.of(PingServiceGrpc.getPingMethod())).isSameAs(RequestRules.NONE);
		assertThat(RequestRules.of(OtherMethod.of(PingServiceGrpc.getPingMethod()).descriptor()))
			.as("methods that share an entry have different requests")
			.isSameAs(RequestRules.UNKNOWN);
	}

	@Test
	void rulesAreFoundWhereverTheyStand() {
		assertThat(RequestRules.of(method(ProtoUtils.marshaller(OuterRequest.getDefaultInstance()))))
			.isNotSameAs(RequestRules.NONE);
		assertThat(RequestRules.of(method(ProtoUtils.marshaller(Any.getDefaultInstance()))))
			.isSameAs(RequestRules.NONE);
	}

	@Test
	void aMethodThatDoesNotTellItsTypeIsCheckedToo() {
		RequestRules rules = RequestRules.of(method(new MethodDescriptor.Marshaller<OrderRequest>() {

			@Override
			public java.io.InputStream stream(OrderRequest value) {
				return value.toByteString().newInput();
			}

			@Override
			public OrderRequest parse(java.io.InputStream stream) {
				throw new UnsupportedOperationException();
			}

		}));
		assertThat(rules).isSameAs(RequestRules.UNKNOWN);
		assertThat(rules.hasText("the total must not be below the deposit", VALID)).isTrue();
		assertThat(rules.hasText("another text", VALID)).isFalse();
	}

	private static <T> MethodDescriptor<T, OrderResponse> method(MethodDescriptor.Marshaller<T> marshaller) {
		return MethodDescriptor.newBuilder(marshaller, ProtoUtils.marshaller(OrderResponse.getDefaultInstance()))
			.setType(MethodDescriptor.MethodType.UNARY)
			.setFullMethodName("test.Test/Test")
			.build();
	}

	private static Outcome call(Channel channel, MethodDescriptor<OrderRequest, OrderResponse> method,
			OrderRequest... requests) {
		CompletableFuture<Outcome> outcome = new CompletableFuture<>();
		ClientCall<OrderRequest, OrderResponse> call = channel.newCall(method,
				CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS));
		call.start(new ClientCall.Listener<>() {

			@Override
			public void onClose(Status status, Metadata trailers) {
				outcome.complete(new Outcome(status, trailers));
			}

		}, new Metadata());
		call.request(2);
		for (OrderRequest request : requests) {
			call.sendMessage(request);
		}
		call.halfClose();
		return outcome.join();
	}

	private record Outcome(Status status, Metadata trailers) {

		<T extends com.google.protobuf.Message> T detail(Class<T> type) {
			try {
				for (Any detail : this.trailers.get(RichStatus.DETAILS).getDetailsList()) {
					if (detail.is(type)) {
						return detail.unpack(type);
					}
				}
			}
			catch (com.google.protobuf.InvalidProtocolBufferException ex) {
				throw new AssertionError(ex);
			}
			throw new AssertionError("no " + type);
		}

		List<FieldViolation> violations() {
			return detail(BadRequest.class).getFieldViolationsList();
		}

	}

}
