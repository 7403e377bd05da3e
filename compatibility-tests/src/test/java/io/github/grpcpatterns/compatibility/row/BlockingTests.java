/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.grpcpatterns.compatibility.row.Blocking.Place;
import io.github.grpcpatterns.testing.CapturedLog;
import io.github.grpcpatterns.testing.RawCall;
import io.github.grpcpatterns.testing.v1.PingRequest;
import io.github.grpcpatterns.testing.v1.PingServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever blocks is in nobody else's way: forty handlers and sources that block in each
 * place where code of users runs, on the executor that a server has by itself, change
 * nothing for the streams of others. In real time.
 */
class BlockingTests {

	private static final int BLOCKED = 40;

	private static final Duration TOLERANCE = Duration.ofMillis(100);

	/** Less than anything blocks. */
	private static final Duration PATIENCE = Duration.ofSeconds(50);

	private static final String OVERRIDES = "grpc.patterns.server.stream.overrides";

	private static final List<Place> OF_LIVE_CALLS = Arrays.stream(Place.values())
		.filter((place) -> place != Place.DRAIN)
		.toList();

	private static Map<String, Duration> alone;

	@BeforeAll
	static void measureAlone() {
		Map<String, List<Duration>> times = new TreeMap<>();
		try (App app = start(); CapturedLog log = new CapturedLog("grpc.patterns.server")) {
			for (int i = 0; i < 3; i++) {
				new TimedStreams(app, app.bean(Blocking.class), log).measure()
					.forEach((name, time) -> times.computeIfAbsent(name, (key) -> new ArrayList<>()).add(time));
			}
		}
		alone = new TreeMap<>();
		times.forEach((name, three) -> alone.put(name, three.stream().sorted().toList().get(1)));
	}

	private static App start() {
		return App.start(Service.class, OVERRIDES + "[0].methods=" + App.PING + "PingList",
				OVERRIDES + "[0].outbound-rate=20", OVERRIDES + "[0].outbound-burst=1",
				OVERRIDES + "[1].methods=" + App.PING + "PingBidi", OVERRIDES + "[1].idle-timeout=1s");
	}

	@Test
	void streamsGoOnAsIfAloneWhileHandlersAndSourcesBlock() {
		try (App app = start(); CapturedLog log = new CapturedLog("grpc.patterns.server")) {
			Blocking service = app.bean(Blocking.class);
			for (int i = 0; i < BLOCKED; i++) {
				block(app, OF_LIVE_CALLS.get(i % OF_LIVE_CALLS.size()));
			}
			Awaitility.await().until(() -> service.blocked.get() == BLOCKED);
			try {
				Map<String, Duration> least = new TreeMap<>();
				Awaitility.await()
					.atMost(PATIENCE)
					.untilAsserted(() -> assertAsAlone(new TimedStreams(app, service, log).measure(), least));
			}
			finally {
				service.released.countDown();
			}
		}
	}

	@Test
	void streamsGoOnAsIfAloneWhileDrainTasksBlock() {
		Map<String, Duration> least = new TreeMap<>();
		Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
			try (App app = start(); CapturedLog log = new CapturedLog("grpc.patterns.server")) {
				Blocking service = app.bean(Blocking.class);
				TimedStreams streams = new TimedStreams(app, service, log);
				for (int i = 0; i < BLOCKED; i++) {
					block(app, Place.DRAIN);
				}
				Thread stop = new Thread(app.context()::close, "stop");
				stop.start();
				try {
					Awaitility.await().until(() -> {
						streams.talk();
						return service.blocked.get() == BLOCKED;
					});
					assertAsAlone(streams.measure(), least);
				}
				finally {
					service.released.countDown();
					stop.join();
				}
			}
		});
	}

	/**
	 * Measured again and again: the noise of the machine passes, what is blocked does
	 * not.
	 */
	private static void assertAsAlone(Map<String, Duration> times, Map<String, Duration> least) {
		times.forEach((name, time) -> least.merge(name, time, (a, b) -> (a.compareTo(b) < 0) ? a : b));
		assertThat(least).hasSize(6)
			.allSatisfy((name, time) -> assertThat(time).as("%s, alone %s", name, alone.get(name))
				.isLessThan(alone.get(name).plus(TOLERANCE)));
	}

	/**
	 * Start a call and bring it to the place where it blocks.
	 */
	private static void block(App app, Place place) {
		Channel channel = app.as(place.name());
		RawCall call = RawCall.start(channel,
				(place == Place.SOURCE) ? PingServiceGrpc.getPingListMethod() : PingServiceGrpc.getPingBidiMethod(),
				CallOptions.DEFAULT, new Metadata());
		switch (place) {
			case METHOD, READY -> {
			}
			case MESSAGE -> call.send(PingRequest.getDefaultInstance());
			case HALF_CLOSE, COMPLETE -> call.halfClose();
			case CANCEL, CONTEXT -> call.send(PingRequest.getDefaultInstance()).awaitFirst().cancel();
			case DRAIN -> call.send(PingRequest.getDefaultInstance()).awaitFirst();
			case SOURCE -> call.send(PingRequest.newBuilder().setCount(2).build()).halfClose();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Service {

		@Bean
		@net.devh.boot.grpc.server.service.GrpcService
		Blocking pingService() {
			return new Blocking();
		}

	}

}
