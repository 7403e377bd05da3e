/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import com.salesforce.reactorgrpc.stub.ServerCalls;
import io.github.grpcpatterns.testing.PingService;
import io.github.grpcpatterns.testing.TestStack;
import io.github.grpcpatterns.testing.TestTokens;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the operators of Reactor find of their call, with
 * {@code spring.reactor.context-propagation=auto}.
 */
class ReactorContextTests {

	private static final Seen EXPECTED = new Seen("the-one", "the-one", null, "alice", "alice");

	private final Scheduler hop = Schedulers.newSingle("hop");

	private final List<Seen> seen = new CopyOnWriteArrayList<>();

	@AfterEach
	void nothingIsLeftOnTheThread() throws Exception {
		try {
			assertThat(Mono.fromCallable(Seen::now).subscribeOn(this.hop).toFuture().get(10, TimeUnit.SECONDS))
				.isEqualTo(Seen.NOTHING);
		}
		finally {
			this.hop.dispose();
			Hooks.disableAutomaticContextPropagation();
		}
	}

	private void call(TestStack stack, Consumer<PingServiceGrpc.PingServiceBlockingStub> call,
			Consumer<PingService> setup) {
		stack.run(stack.runner()
			.withPropertyValues("spring.reactor.context-propagation=auto", "grpc.patterns.server.auth.public-methods=",
					"grpc.patterns.server.auth.jwt.secret=" + TestTokens.SECRET),
				(context, channel) -> {
					setup.accept(context.getBean(PingService.class));
					Metadata headers = TestTokens.headers("alice");
					headers.put(Metadata.Key.of("x-correlation-id", Metadata.ASCII_STRING_MARSHALLER), "the-one");
					call.accept(PingServiceGrpc.newBlockingStub(channel)
						.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)));
				});
	}

	private PingResponse note() {
		this.seen.add(Seen.now());
		return PingResponse.getDefaultInstance();
	}

	@ParameterizedTest
	@EnumSource
	void operatorsOfAUnaryHandlerHaveItAfterAHop(TestStack stack) {
		call(stack, (stub) -> stub.ping(PingRequest.getDefaultInstance()),
				(service) -> service.onPing((request, responses) -> ServerCalls.oneToOne(request, responses,
						(one) -> Mono.just(one).publishOn(this.hop).map((hopped) -> note()).contextCapture(),
						ServerCalls::prepareError)));
		assertThat(this.seen).containsExactly(EXPECTED);
	}

	@ParameterizedTest
	@EnumSource
	void operatorsOfAStreamHaveItAfterAHop(TestStack stack) {
		call(stack, (stub) -> stub.pingList(PingRequest.getDefaultInstance()).forEachRemaining((response) -> {
		}), (service) -> service.onPingList((request, responses) -> ServerCalls.oneToMany(request, responses,
				(one) -> Flux.range(0, 2).hide().publishOn(this.hop).map((hopped) -> note()).contextCapture(),
				ServerCalls::prepareError)));
		assertThat(this.seen).containsExactly(EXPECTED, EXPECTED);
	}

	@ParameterizedTest
	@EnumSource
	void operatorsHaveItWhereTheHandlerBlocks(TestStack stack) {
		call(stack, (stub) -> stub.ping(PingRequest.getDefaultInstance()),
				(service) -> service.onPing((request, responses) -> {
					responses.onNext(Mono.just(request).publishOn(this.hop).map((hopped) -> note()).block());
					responses.onCompleted();
				}));
		assertThat(this.seen).containsExactly(EXPECTED);
	}

}
