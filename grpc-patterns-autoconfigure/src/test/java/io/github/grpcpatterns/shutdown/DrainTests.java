/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import com.google.protobuf.ByteString;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.CallScope;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.status.RichStatus;
import io.github.grpcpatterns.testing.CallRecorder;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.Received;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Drain}.
 */
class DrainTests {

	private final Draining service = new Draining();

	private final CallRecorder recorder = new CallRecorder();

	private RawCall start(GrpcHarness harness) {
		return RawCall.start(harness.channel(), PingServiceGrpc.getPingBidiMethod(), CallOptions.DEFAULT,
				new Metadata());
	}

	private static RawCall send(RawCall call, String value) {
		return call.send(PingRequest.newBuilder().setValue(value).build());
	}

	private static void beginDrain(GrpcHarness harness) {
		harness.liveCalls().forEach((record) -> record.guard().beginDrain());
	}

	@Test
	void outsideOfCallsItNeverBegins() {
		AtomicInteger runs = new AtomicInteger();
		Drain drain = Drain.current();
		drain.onDrain(runs::incrementAndGet);
		assertThat(drain.isDraining()).isFalse();
		assertThat(runs).hasValue(0);
	}

	@Test
	void aHandlerIsToldOnceInTheOrderOfItsTasks() {
		try (GrpcHarness harness = GrpcHarness.netty().service(this.service).start()) {
			RawCall call = send(start(harness), "register").awaitFirst();
			send(call, "register");
			Awaitility.await().until(() -> call.responses().size() == 2);
			assertThat(this.service.drain().isDraining()).isFalse();
			beginDrain(harness);
			beginDrain(harness);
			Awaitility.await().until(() -> this.service.told.size() == 2);
			assertThat(this.service.drain().isDraining()).isTrue();
			beginDrain(harness);
			send(call, "end");
			assertThat(call.await().isOk()).isTrue();
			assertThat(this.service.told).containsExactly("task 1", "task 2");
		}
	}

	@Test
	void aTaskRunsInTheContextAndTheScopesOfItsCall() {
		ThreadLocal<String> around = new ThreadLocal<>();
		try (GrpcHarness harness = GrpcHarness.netty().service(this.service).interceptors(around(around)).start()) {
			AtomicReference<String> seen = new AtomicReference<>();
			AtomicReference<CallRecord> record = new AtomicReference<>();
			this.service.task = () -> {
				seen.set(around.get());
				record.set(CallRecord.current());
			};
			RawCall call = send(start(harness), "register").awaitFirst();
			beginDrain(harness);
			Awaitility.await().until(() -> record.get() != null);
			assertThat(seen).hasValue("around");
			assertThat(record.get().methodName()).endsWith("/PingBidi");
			send(call, "end");
			call.await();
		}
	}

	@Test
	void aTaskOfAStreamThatIsNotReadyRunsInTheScopesOfItsCall() {
		ThreadLocal<String> around = new ThreadLocal<>();
		AtomicReference<String> seen = new AtomicReference<>();
		PingService service = new PingService().onPingList((request, responses) -> {
			Drain.current().onDrain(() -> {
				seen.set(String.valueOf(around.get()));
				throw new IllegalStateException("thrown by the test");
			});
			PingResponse large = PingResponse.newBuilder().setPayload(ByteString.copyFrom(new byte[64 * 1024])).build();
			for (int i = 0; i < 40; i++) {
				responses.onNext(large);
			}
		});
		try (GrpcHarness harness = GrpcHarness.netty().service(service).interceptors(around(around)).start()) {
			RawCall call = RawCall.startUnread(harness.channel(), PingServiceGrpc.getPingListMethod())
				.send(PingRequest.getDefaultInstance())
				.halfClose();
			Awaitility.await().until(() -> {
				beginDrain(harness);
				return seen.get() != null;
			});
			assertThat(seen).hasValue("around");
			call.request(100);
			assertThat(call.await().isOk()).isFalse();
		}
	}

	@Test
	void aTaskRunsAlsoWhereAnInterceptorKeepsTheEvent() {
		ServerInterceptor deaf = new ServerInterceptor() {
			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
					@Override
					public void onReady() {
					}
				};
			}
		};
		try (GrpcHarness harness = GrpcHarness.netty().service(this.service).interceptors(deaf).start()) {
			RawCall call = send(start(harness), "register").awaitFirst();
			beginDrain(harness);
			Awaitility.await().until(() -> this.service.told.size() == 1);
			send(call, "end");
			call.await();
		}
	}

	@Test
	void theHandlerDoesNotHearTheEventThatCarriesTheTask() {
		AtomicInteger ready = new AtomicInteger();
		ServerInterceptor counting = new ServerInterceptor() {
			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
					@Override
					public void onReady() {
						ready.incrementAndGet();
						super.onReady();
					}
				};
			}
		};
		try (GrpcHarness harness = GrpcHarness.netty().service(this.service).innerInterceptors(counting).start()) {
			RawCall call = send(start(harness), "register").awaitFirst();
			int before = ready.get();
			beginDrain(harness);
			Awaitility.await().until(() -> this.service.told.size() == 1);
			assertThat(ready).hasValue(before);
			send(call, "end");
			call.await();
		}
	}

	@Test
	void oneThatComesLateIsToldAtOnceWithinItsCallback() {
		try (GrpcHarness harness = GrpcHarness.netty().service(this.service).start()) {
			RawCall call = send(start(harness), "").awaitFirst();
			beginDrain(harness);
			send(call, "late");
			Awaitility.await().until(() -> call.responses().size() == 2);
			assertThat(this.service.told).containsExactly("before", "late", "after");
			send(call, "end");
			call.await();
		}
	}

	@Test
	void fromAnotherThreadATaskRunsBeforeTheMethodReturnsOrBehindTheCallbackUnderWay() throws Exception {
		try (GrpcHarness harness = GrpcHarness.netty().service(this.service).start()) {
			RawCall call = send(start(harness), "").awaitFirst();
			beginDrain(harness);
			Drain drain = this.service.drain();
			Awaitility.await().untilAsserted(() -> {
				AtomicBoolean ran = new AtomicBoolean();
				drain.onDrain(() -> ran.set(true));
				assertThat(ran).isTrue(); // once the callback of the request is over
			});
			send(call, "block");
			assertThat(this.service.blocked.await(10, TimeUnit.SECONDS)).isTrue();
			drain.onDrain(() -> this.service.told.add("behind"));
			assertThat(this.service.told).isEmpty();
			this.service.release.countDown();
			Awaitility.await()
				.untilAsserted(() -> assertThat(this.service.told).containsExactly("unblocked", "behind"));
			send(call, "end");
			call.await();
		}
	}

	@Test
	void anExceptionOfATaskEndsTheCall() {
		this.service.task = () -> {
			throw new IllegalStateException("secret");
		};
		try (GrpcHarness harness = GrpcHarness.netty().service(this.service).interceptors(this.recorder).start()) {
			RawCall call = send(start(harness), "register").awaitFirst();
			beginDrain(harness);
			assertThat(call.await()).extracting(Status::getCode, Status::getDescription)
				.containsExactly(Status.Code.UNKNOWN, "unknown error");
			assertThat(this.recorder.await().exception()).hasMessage("secret");
		}
	}

	@Test
	void aHandlerMayEndItsCallOnceTheServerGoesAway() {
		this.service.task = () -> Drain.current().end();
		try (GrpcHarness harness = GrpcHarness.netty().service(this.service).interceptors(this.recorder).start()) {
			RawCall call = send(start(harness), "register").awaitFirst();
			this.service.drain().end();
			send(call, "");
			Awaitility.await().until(() -> call.responses().size() == 2);
			beginDrain(harness);
			assertThat(call.await()).extracting(Status::getCode, Status::getDescription)
				.containsExactly(Status.Code.UNAVAILABLE, "the server is shutting down");
			assertThat(call.trailers().get(RichStatus.PUSHBACK)).isEqualTo("-1"); // not
																					// idempotent
			this.recorder.await();
			this.service.drain().end();
			assertThat(call.closes()).isEqualTo(1);
		}
	}

	@Test
	void nobodyIsToldWhenTheCallIsOver() {
		try (GrpcHarness harness = GrpcHarness.netty().service(this.service).interceptors(this.recorder).start()) {
			RawCall call = send(start(harness), "register").awaitFirst();
			CallRecord[] live = new CallRecord[1];
			harness.liveCalls().forEach((record) -> live[0] = record);
			send(call, "end");
			call.await();
			this.recorder.await();
			live[0].guard().beginDrain();
			this.service.drain().onDrain(() -> this.service.told.add("late"));
			RawCall next = send(start(harness), "").awaitFirst();
			beginDrain(harness);
			send(next, "late");
			Awaitility.await().until(() -> next.responses().size() == 2);
			assertThat(this.service.told).containsExactly("before", "late", "after");
			send(next, "end");
			next.await();
		}
	}

	private static ServerInterceptor around(ThreadLocal<String> value) {
		return new ServerInterceptor() {
			@Override
			public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
					ServerCallHandler<ReqT, RespT> next) {
				ServerCallGuard.current().enter(new CallScope<String>() {

					@Override
					public String enter() {
						value.set("around");
						return "";
					}

					@Override
					public void exit(String previous) {
						value.remove();
					}

				});
				return next.startCall(call, headers);
			}
		};
	}

	/**
	 * Does what each request says, and answers it.
	 */
	private static final class Draining extends PingService {

		private final List<String> told = new CopyOnWriteArrayList<>();

		private final AtomicReference<Drain> drain = new AtomicReference<>();

		private final CountDownLatch blocked = new CountDownLatch(1);

		private final CountDownLatch release = new CountDownLatch(1);

		private final AtomicInteger tasks = new AtomicInteger();

		private volatile Runnable task;

		Drain drain() {
			return this.drain.get();
		}

		@Override
		public StreamObserver<PingRequest> pingBidi(StreamObserver<PingResponse> responses) {
			this.drain.set(Drain.current());
			return new Received<>() {

				@Override
				public void onNext(PingRequest request) {
					switch (request.getValue()) {
						case "register" -> register();
						case "late" -> {
							Draining.this.told.add("before");
							Drain.current().onDrain(() -> Draining.this.told.add("late"));
							Draining.this.told.add("after");
						}
						case "block" -> block();
						case "end" -> {
							responses.onCompleted();
							return;
						}
						default -> {
						}
					}
					responses.onNext(PingResponse.getDefaultInstance());
				}

			};
		}

		private void register() {
			Runnable given = this.task;
			String name = "task " + this.tasks.incrementAndGet();
			Drain.current().onDrain((given != null) ? given : () -> this.told.add(name));
		}

		private void block() {
			this.blocked.countDown();
			try {
				this.release.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			this.told.add("unblocked");
		}

	}

}
