/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.grpcpatterns.internal.call.ModelCall.Action;
import io.github.grpcpatterns.internal.call.ModelCall.Outbound;
import io.github.grpcpatterns.internal.concurrent.CallLog;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Whatever happens to a call at the same time, and in whichever order its threads get
 * their turns, it ends as promised. See {@code docs/architecture.md} for how to read a
 * failure. Lincheck knows no later JDK than 25.
 */
@EnabledForJreRange(max = JRE.JAVA_25)
class CallExplorationTests {

	private static final int SCHEDULES = Integer.getInteger("explore.schedules", 80);

	private static Level level;

	@BeforeAll
	static void begin() {
		Logger logger = (Logger) CallLog.LOGGER;
		level = logger.getLevel();
		logger.setLevel(Level.OFF); // of handlers that are meant to fail
		Exploration.begin();
	}

	@AfterAll
	static void end() {
		Exploration.end();
		((Logger) CallLog.LOGGER).setLevel(level);
	}

	/**
	 * What one action hands over races with it: few threads, so that schedules with more
	 * switches get their turn.
	 */
	@ParameterizedTest
	@MethodSource
	void whenOneThingHappensThenTheCallEndsAsPromised(Set<Action> actions) {
		Exploration.explore(10 * SCHEDULES, Outbound.OWN_RATE, actions);
	}

	static List<Set<Action>> whenOneThingHappensThenTheCallEndsAsPromised() {
		return subsets(Action.LAWFUL, 1);
	}

	@ParameterizedTest
	@MethodSource
	void whenTwoThingsHappenAtOnceThenTheCallEndsAsPromised(Outbound limits, Set<Action> actions) {
		// Without a gate the threads switch in fewer places, and each place gets its turn
		Exploration.explore((limits == Outbound.FREE) ? 4 * SCHEDULES : SCHEDULES, limits, actions);
	}

	static Stream<Arguments> whenTwoThingsHappenAtOnceThenTheCallEndsAsPromised() {
		List<Set<Action>> pairs = subsets(Action.LAWFUL, 2);
		return Stream.of(Outbound.values())
			.flatMap((limits) -> pairs.stream().map((actions) -> Arguments.of(limits, actions)));
	}

	@ParameterizedTest
	@MethodSource
	void whenThreeThingsHappenAtOnceThenTheCallEndsAsPromised(Set<Action> actions) {
		Exploration.explore(SCHEDULES / 2, Outbound.SHARED_RATE, actions);
	}

	static List<Set<Action>> whenThreeThingsHappenAtOnceThenTheCallEndsAsPromised() {
		return subsets(Action.LAWFUL, 3);
	}

	@ParameterizedTest
	@MethodSource
	void whenTheCallEndsWhileItStartsThenItEndsAsPromised(Set<Action> actions) {
		Exploration.exploreStart(SCHEDULES, Outbound.SHARED_RATE, actions);
	}

	static List<Set<Action>> whenTheCallEndsWhileItStartsThenItEndsAsPromised() {
		Set<Action> possible = EnumSet.of(Action.CLIENT_CANCELS, Action.CONNECTION_LOST, Action.DRAIN_BEGINS,
				Action.POLICY_ENDS, Action.TIMER_FIRES);
		List<Set<Action>> subsets = new ArrayList<>(subsets(possible, 1));
		subsets.addAll(subsets(possible, 2));
		return subsets;
	}

	@Test
	void whenTwoThreadsMeetInOneScheduleThenItIsFound() {
		assertThatExceptionOfType(LincheckAssertionError.class)
			.isThrownBy(() -> Exploration.explore(SCHEDULES, Outbound.FREE,
					EnumSet.of(Action.HANDLER_SENDS, Action.INTERCEPTOR_PASSES_THE_EXIT)))
			.withMessageContaining("two threads send at the same time");
	}

	private static List<Set<Action>> subsets(Set<Action> actions, int size) {
		List<Set<Action>> subsets = new ArrayList<>();
		for (int bits = 0; bits < 1 << Action.values().length; bits++) {
			Set<Action> subset = EnumSet.noneOf(Action.class);
			for (Action action : Action.values()) {
				if ((bits & 1 << action.ordinal()) != 0) {
					subset.add(action);
				}
			}
			if (subset.size() == size && actions.containsAll(subset)) {
				subsets.add(subset);
			}
		}
		return subsets;
	}

}
