/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.shutdown;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.github.grpcpatterns.EndReason;
import io.github.grpcpatterns.internal.call.CallDrain;
import io.github.grpcpatterns.internal.call.CallRecord;
import io.github.grpcpatterns.internal.call.LiveCalls;
import io.github.grpcpatterns.internal.call.ServerCallGuard;
import io.github.grpcpatterns.internal.settings.InfrastructureMethods;
import io.github.grpcpatterns.stack.ServerLifecycleListener;
import io.grpc.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.Lifecycle;

/**
 * Shuts servers down. All steps run on the thread on which the stack stops the server, so
 * that the stack's own grace period begins when nothing is left to wait for, and neither
 * shortens nor lengthens the drain.
 */
final class ServerDrain implements ServerLifecycleListener {

	/** The same where the servers only pause, and nobody else is to be waited for. */
	private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

	/**
	 * How long the trailers of the calls that were ended may take to leave. After that
	 * connections are cut, of clients that do not read or do not answer.
	 */
	private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(3);

	/** For connections that were cut. */
	private static final long CUT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	/**
	 * For the log lines and meters of the last calls, before the application is taken
	 * apart. All three together stay well below five seconds.
	 */
	private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private static final Logger logger = LoggerFactory.getLogger(ServerDrain.class);

	private final long preStopNanos;

	private final long drainNanos;

	private final LiveCalls calls;

	/** The running servers; servers have no equality of their own. */
	private final Map<Server, Lifecycle> started = new ConcurrentHashMap<>();

	/** The servers that have sent GOAWAY. */
	private final Map<Server, Stage> stages = new ConcurrentHashMap<>();

	private final AtomicBoolean together = new AtomicBoolean();

	private volatile boolean closing;

	/** The container's server, which nobody tells us about. */
	private volatile boolean inContainer;

	ServerDrain(Duration preStopDelay, Duration drainTimeout, LiveCalls calls) {
		this.preStopNanos = nanos(preStopDelay);
		this.drainNanos = nanos(drainTimeout);
		this.calls = calls;
	}

	private static long nanos(Duration duration) {
		try {
			return duration.toNanos();
		}
		catch (ArithmeticException ex) {
			return Long.MAX_VALUE;
		}
	}

	/**
	 * The application ends, and every server with it.
	 */
	void closing() {
		this.closing = true;
	}

	/**
	 * A servlet container runs a server, and stops it in its own time.
	 */
	void inContainer() {
		this.inContainer = true;
	}

	/**
	 * The application ends: where a container runs the server, give balancers the time to
	 * look elsewhere before it stops.
	 */
	void awaitContainer() {
		if (this.inContainer && this.started.isEmpty()) {
			try {
				TimeUnit.NANOSECONDS.sleep(this.preStopNanos);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Return whether any server has sent GOAWAY.
	 */
	boolean underWay() {
		return !this.stages.isEmpty();
	}

	/**
	 * Return whether any server takes no more calls.
	 */
	boolean over() {
		return this.stages.containsValue(Stage.OVER);
	}

	/**
	 * Return whether a call that has arrived goes on. Its client may not have seen the
	 * GOAWAY yet, so it is served like those in progress until the drain is over.
	 */
	boolean admits(CallRecord call) {
		Server server = call.guard().server();
		Stage stage = (server != null) ? this.stages.get(server) : null;
		if (stage == null) {
			return true;
		}
		if (stage == Stage.OVER || endsFirst(call)) {
			return false;
		}
		call.guard().beginDrain();
		return true;
	}

	@Override
	public void started(Server server, Lifecycle lifecycle) {
		this.started.put(server, lifecycle);
	}

	@Override
	public void stopping(Server server) {
		this.started.remove(server);
		List<Thread> others = stopOthers();
		try {
			if (this.closing) {
				drain(server);
			}
			else {
				pause(server);
			}
			awaitReports(server);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.stages.remove(server);
		}
		join(others);
	}

	/**
	 * When the application closes, its servers would stop one after the other: stop them
	 * at the same time instead, or the last would wait for all the drains before its own.
	 */
	private List<Thread> stopOthers() {
		if (!this.closing || !this.together.compareAndSet(false, true)) {
			return List.of();
		}
		List<Thread> others = new ArrayList<>();
		this.started.values().stream().distinct().filter(Lifecycle::isRunning).forEach((lifecycle) -> {
			Thread thread = new Thread(lifecycle::stop, "grpc-patterns-stop-" + (others.size() + 1));
			thread.start();
			others.add(thread);
		});
		return others;
	}

	private void join(List<Thread> threads) {
		try {
			for (Thread thread : threads) {
				thread.join(); // stops within the same time as this one did
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void drain(Server server) throws InterruptedException {
		if (this.preStopNanos > 0) {
			server.awaitTermination(this.preStopNanos, TimeUnit.NANOSECONDS);
		}
		server.shutdown();
		this.stages.put(server, Stage.DRAINING);
		// A call that is not among the live ones yet will see the stage.
		forEach(server, (call) -> {
			if (endsFirst(call)) {
				end(call);
			}
		});
		AtomicInteger live = new AtomicInteger();
		forEach(server, (call) -> {
			live.incrementAndGet();
			call.guard().beginDrain();
		});
		logger.info("Stopping a gRPC server with {} calls in progress", live);
		boolean drained = false;
		try {
			drained = server.awaitTermination(this.drainNanos, TimeUnit.NANOSECONDS);
		}
		finally {
			if (!drained) {
				int ended = endAll(server, CLOSE_NANOS);
				if (ended > 0) {
					logger.warn("Ended {} calls that were still in progress after the drain timeout", ended);
				}
			}
		}
	}

	/**
	 * The application goes on, or starts again: only its end is worth waiting for.
	 */
	private void pause(Server server) throws InterruptedException {
		server.shutdown();
		int ended = endAll(server, PAUSE_NANOS);
		if (ended > 0) {
			logger.info("Ended {} calls in progress because their gRPC server stops while the application does not",
					ended);
		}
	}

	private static boolean endsFirst(CallRecord call) {
		return call.streaming() && InfrastructureMethods.contains(call.methodName());
	}

	private static boolean end(CallRecord call) {
		ServerCallGuard guard = call.guard();
		// Health and reflection look and change nothing, so they may always be repeated
		return InfrastructureMethods.contains(call.methodName()) ? guard.end(EndReason.SERVER_DRAINING, CallDrain.RETRY)
				: guard.endForGood(EndReason.SERVER_DRAINING, CallDrain.RETRY);
	}

	private int endAll(Server server, long closeNanos) throws InterruptedException {
		this.stages.put(server, Stage.OVER);
		AtomicInteger ended = new AtomicInteger();
		forEach(server, (call) -> {
			if (end(call)) {
				ended.incrementAndGet();
			}
		});
		if (!server.awaitTermination(closeNanos, TimeUnit.NANOSECONDS)) {
			server.shutdownNow();
			server.awaitTermination(CUT_NANOS, TimeUnit.NANOSECONDS);
		}
		return ended.get();
	}

	private void awaitReports(Server server) throws InterruptedException {
		List<ServerCallGuard> left = new ArrayList<>();
		forEach(server, (call) -> left.add(call.guard()));
		CountDownLatch reported = new CountDownLatch(left.size());
		left.forEach((call) -> call.whenOver(reported::countDown));
		reported.await(REPORT_NANOS, TimeUnit.NANOSECONDS);
	}

	private void forEach(Server server, Consumer<CallRecord> action) {
		this.calls.forEach((call) -> {
			if (call.guard().server() == server) {
				action.accept(call);
			}
		});
	}

	/**
	 * How far a server has come that has sent GOAWAY.
	 */
	private enum Stage {

		/** Calls are still served, and their handlers know. */
		DRAINING,

		/** Calls are ended and refused. */
		OVER

	}

}
