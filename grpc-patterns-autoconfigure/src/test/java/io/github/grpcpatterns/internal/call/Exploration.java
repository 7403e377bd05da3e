/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.lang.instrument.Instrumentation;
import java.util.Set;
import java.util.function.Supplier;

import io.github.grpcpatterns.internal.call.ModelCall.Action;
import io.github.grpcpatterns.internal.call.ModelCall.Outbound;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.jvm.agent.InstrumentationMode;
import org.jetbrains.lincheck.jvm.agent.LincheckInstrumentation;
import org.jetbrains.lincheck.util.AnalysisSectionsKt;

/**
 * Runs a {@link ModelCall} under Lincheck, once for each schedule.
 * <p>
 * Lincheck by itself instruments anew for each test, and all classes that one uses; this
 * makes a schedule of a call take two milliseconds instead of twenty: the project's
 * classes are instrumented once, and the code of others runs in one step, as does what
 * has the call for itself. That takes classes of Lincheck's that are not its API.
 */
final class Exploration implements Runnable {

	private static final String WATCHED = "io.github.grpcpatterns.";

	private static final LincheckInstrumentation LINCHECK = LincheckInstrumentation.INSTANCE;

	private final Outbound limits;

	private final Set<Action> actions;

	private final boolean whileItStarts;

	/** Lincheck instruments the classes of what it can reach from here. */
	@SuppressWarnings("unused")
	private final ModelCall reachable;

	private Exploration(Outbound limits, Set<Action> actions, boolean whileItStarts) {
		this.limits = limits;
		this.actions = actions;
		this.whileItStarts = whileItStarts;
		this.reachable = new ModelCall(limits).start();
	}

	/**
	 * Prepare the classes for all explorations.
	 */
	static void begin() {
		LINCHECK.attachJavaAgentStatically(instrumentation());
		LINCHECK.install(InstrumentationMode.MODEL_CHECKING);
		// The initializer of a class runs once, so it must not be a part of a schedule.
		for (Outbound limits : Outbound.values()) {
			for (Action action : Action.LAWFUL) {
				runOnce(limits, action, false);
			}
			runOnce(limits, Action.POLICY_ENDS, true);
		}
		for (Class<?> loaded : LINCHECK.getInstrumentation().getAllLoadedClasses()) {
			if (!loaded.getName().startsWith(WATCHED) && loaded != Thread.class) {
				LINCHECK.getInstrumentedClasses().add(loaded.getName());
			}
		}
	}

	/**
	 * Not linked: javac warns of annotations of that class which nobody brings.
	 */
	private static Instrumentation instrumentation() {
		try {
			return (Instrumentation) Class.forName("net.bytebuddy.agent.ByteBuddyAgent")
				.getMethod("install")
				.invoke(null);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void runOnce(Outbound limits, Action action, boolean whileItStarts) {
		try {
			new Exploration(limits, Set.of(action), whileItStarts).run();
		}
		catch (AssertionError ex) {
			// the tests find it again, and the schedule with it
		}
	}

	/**
	 * Leave the classes as they were.
	 */
	static void end() {
		LINCHECK.uninstall();
	}

	/**
	 * Explore a call to which all of it happens at the same time.
	 * @param schedules how many schedules, those with few switches first
	 */
	static void explore(int schedules, Outbound limits, Set<Action> actions) {
		Lincheck.runConcurrentTest(schedules, new Exploration(limits, actions, false));
	}

	/**
	 * As {@link #explore}, while the call starts.
	 */
	static void exploreStart(int schedules, Outbound limits, Set<Action> actions) {
		Lincheck.runConcurrentTest(schedules, new Exploration(limits, actions, true));
	}

	@Override
	public void run() {
		ModelCall call = inOneStep(() -> new ModelCall(this.limits));
		if (this.whileItStarts) {
			call.runWhileItStarts(this.actions);
		}
		else {
			inOneStep(call::start);
			call.run(this.actions);
		}
		inOneStep(call::finish);
	}

	private static ModelCall inOneStep(Supplier<ModelCall> task) {
		AnalysisSectionsKt.enterIgnoredSection();
		try {
			return task.get();
		}
		finally {
			AnalysisSectionsKt.leaveIgnoredSection();
		}
	}

}
