/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.auth;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpcpatterns.internal.call.TestCalls;
import io.github.grpcpatterns.testing.GrpcHarness;
import io.github.grpcpatterns.testing.Received;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingResponse;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallCredentials;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link AuthClientInterceptor}.
 */
class AuthClientInterceptorTests {

	private static final PingRequest REQUEST = PingRequest.newBuilder().setCount(1).build();

	private static final String SERVICE = "grpcpatterns.testing.v1.PingService";

	/** The authorization headers that the server got, one for each call. */
	private final List<String> received = new CopyOnWriteArrayList<>();

	private GrpcHarness harness;

	private PingServiceGrpc.PingServiceBlockingStub stub;

	@AfterEach
	void close() {
		this.harness.close();
	}

	static AuthClientProperties properties(String... settings) {
		Map<String, String> map = new HashMap<>();
		for (String setting : settings) {
			String[] parts = setting.split("=", 2);
			map.put(AuthClientProperties.PREFIX + "." + parts[0], parts[1]);
		}
		return new Binder(new MapConfigurationPropertySource(map)).bindOrCreate(AuthClientProperties.PREFIX,
				AuthClientProperties.class);
	}

	private void start(GrpcHarness.Builder builder, TokenSupplier supplier, String... settings) {
		this.harness = builder
			.clientInterceptors(TestCalls.callClientInterceptor(TestCalls.sharedTimer()),
					new AuthClientInterceptor(properties(settings), supplier))
			.interceptors(new ServerInterceptor() {

				@Override
				public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call,
						Metadata headers, ServerCallHandler<ReqT, RespT> next) {
					Iterable<String> all = headers.getAll(BearerToken.AUTHORIZATION);
					AuthClientInterceptorTests.this.received.add((all != null) ? String.join(" and ", all) : "nothing");
					return next.startCall(call, headers);
				}

			})
			.start();
		this.stub = this.harness.blocking();
	}

	private void start(TokenSupplier supplier, String... settings) {
		start(GrpcHarness.netty(), supplier, settings);
	}

	private void received(String... expected) {
		assertThat(this.received).containsExactly(expected);
	}

	@Test
	void whenNothingIsSetThenCallsGoWithout() {
		start(null);
		this.stub.ping(REQUEST);
		received("nothing");
	}

	@Test
	void whenThereIsATokenThenCallsOfAllKindsCarryIt() {
		start(null, "token=t0k3n");
		this.stub.ping(REQUEST);
		this.stub.pingList(REQUEST).forEachRemaining((response) -> {
		});
		Received<PingResponse> stream = new Received<>();
		this.harness.async().pingStream(stream).onCompleted();
		Received<PingResponse> bidi = new Received<>();
		this.harness.async().pingBidi(bidi).onCompleted();
		await().until(() -> stream.ended() && bidi.ended());
		received("Bearer t0k3n", "Bearer t0k3n", "Bearer t0k3n", "Bearer t0k3n");
	}

	@Test
	void whenServerIsInTheProcessThenTokenIsSent() {
		start(GrpcHarness.inProcess(), null, "token=t0k3n");
		this.stub.ping(REQUEST);
		received("Bearer t0k3n");
	}

	@Test
	void whenCallerSetTheHeaderThenItStays() {
		start(null, "token=t0k3n");
		Metadata headers = new Metadata();
		headers.put(BearerToken.AUTHORIZATION, "Basic own");
		this.stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)).ping(REQUEST);
		this.stub.ping(REQUEST);
		received("Basic own", "Bearer t0k3n");
	}

	@Test
	void whenCallerHasCredentialsOfItsOwnThenTheyStayAlone() {
		start(null, "token=t0k3n");
		this.stub.withCallCredentials(new CallCredentials() {

			@Override
			public void applyRequestMetadata(RequestInfo requestInfo, Executor appExecutor, MetadataApplier applier) {
				Metadata headers = new Metadata();
				headers.put(BearerToken.AUTHORIZATION, "Basic own");
				applier.apply(headers);
			}

		}).ping(REQUEST);
		received("Basic own");
	}

	@Test
	void whenMethodsDifferThenTheMostSpecificEntryDecides() {
		start((method) -> "supplied", "token=everyone", "overrides[0].methods=" + SERVICE + "/*",
				"overrides[0].token=service", "overrides[1].methods=" + SERVICE + "/PingSafe", "overrides[1].token=",
				"overrides[2].methods=" + SERVICE + "/PingIdempotent", "overrides[2].relay=true");
		RelayedToken.in(Context.current(), "relayed").run(() -> {
			this.stub.ping(REQUEST);
			this.stub.pingSafe(REQUEST);
			this.stub.pingIdempotent(REQUEST);
		});
		received("Bearer service", "Bearer supplied", "Bearer relayed");
	}

	@Test
	void whenTokenIsNearerThanRelayThenTokenIsSent() {
		start(null, "relay=true", "overrides[0].methods=" + SERVICE + "/Ping", "overrides[0].token=t0k3n",
				"overrides[1].methods=" + SERVICE + "/PingSafe", "overrides[1].relay=false");
		RelayedToken.in(Context.current(), "relayed").run(() -> {
			this.stub.ping(REQUEST);
			this.stub.pingSafe(REQUEST);
			this.stub.pingIdempotent(REQUEST);
		});
		received("Bearer t0k3n", "nothing", "Bearer relayed");
	}

	@Test
	void whenThereIsNothingToRelayThenCallGoesWithout() {
		start((method) -> "supplied", "relay=true");
		this.stub.ping(REQUEST);
		RelayedToken.in(Context.current(), "relayed").run(() -> this.stub.ping(REQUEST));
		received("nothing", "Bearer relayed");
	}

	@Test
	void whenThereIsASupplierThenItIsAskedForEachCall() {
		AtomicInteger asked = new AtomicInteger();
		start((method) -> method.endsWith("PingSafe") ? null : method + asked.incrementAndGet());
		this.stub.ping(REQUEST);
		this.stub.ping(REQUEST);
		this.stub.pingSafe(REQUEST);
		received("Bearer " + SERVICE + "/Ping1", "Bearer " + SERVICE + "/Ping2", "nothing");
	}

	@Test
	void whenSupplierIsAskedThenItHasTheContextOfTheCall() {
		Context.Key<String> key = Context.key("test");
		start((method) -> key.get());
		Context.current().withValue(key, "mine").run(() -> this.stub.ping(REQUEST));
		received("Bearer mine");
	}

	@Test
	void whenConnectionIsPlaintextBeyondLoopbackThenNothingIsSent() throws Exception {
		InetAddress own = NetworkInterface.networkInterfaces()
			.flatMap(NetworkInterface::inetAddresses)
			.filter((address) -> address instanceof Inet4Address && !address.isLoopbackAddress())
			.findAny()
			.orElse(null);
		assumeThat(own).as("an address of this machine beyond loopback").isNotNull();
		start(null);
		ManagedChannel channel = NettyChannelBuilder.forAddress(new InetSocketAddress(own, this.harness.port()))
			.usePlaintext()
			.intercept(new AuthClientInterceptor(properties("token=t0k3n",
					"overrides[0].methods=" + SERVICE + "/PingSafe", "overrides[0].allow-plaintext=true"), null))
			.build();
		try {
			PingServiceGrpc.PingServiceBlockingStub stub = PingServiceGrpc.newBlockingStub(channel);
			assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> stub.ping(REQUEST))
				.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
			assertThat(this.received).isEmpty();
			stub.pingSafe(REQUEST);
			received("Bearer t0k3n");
		}
		finally {
			channel.shutdownNow();
		}
	}

	@Test
	void whenSupplierFailsThenNothingIsSent() {
		start((method) -> {
			throw new IllegalStateException("the identity provider is down");
		});
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> this.stub.ping(REQUEST))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
		assertThat(this.received).isEmpty();
	}

}
