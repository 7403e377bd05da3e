package io.github.grpcpatterns.internal.call;

import java.util.concurrent.Executor;

import io.github.grpcpatterns.internal.concurrent.CallLog;
import io.github.grpcpatterns.internal.concurrent.Trampoline;
import io.grpc.Context;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The way in to the handler, outermost, where the transport calls back: one callback at a
 * time, in the call's {@link Context} and with its correlation id in the MDC.
 * <p>
 * Fields are written within {@link #turns()}.
 */
final class CallbackEntry {

	/** The name that the correlation pattern uses too. */
	static final String CORRELATION_ID = "correlationId";

	private final Trampoline turns = new Trampoline();

	private final ServerCallGuard guard;

	private final Context context;

	private ServerCall.@Nullable Listener<?> listener;

	/** The thread within. Only that thread itself can see itself here. */
	private @Nullable Thread runner;

	/** A task on its way in to the handler. */
	private @Nullable Runnable visitor;

	/** The correlation id is in the MDC, and what was there before. */
	private boolean idInMdc;

	private @Nullable String idBefore;

	CallbackEntry(ServerCallGuard guard, Context context) {
		this.guard = guard;
		this.context = context;
	}

	Trampoline turns() {
		return this.turns;
	}

	/**
	 * The chain is set up.
	 */
	void started(ServerCall.Listener<?> listener) {
		this.listener = listener;
	}

	/**
	 * Called before what is further in is called.
	 * @return what to give to {@link #leave(Context)}
	 */
	Context enter() {
		this.runner = Thread.currentThread();
		String id = this.guard.record().correlationId();
		if (id != null) {
			this.idBefore = putIntoMdc(id);
			this.idInMdc = true;
		}
		return this.context.attach();
	}

	void leave(Context previous) {
		this.runner = null;
		this.context.detach(previous);
		if (this.idInMdc) {
			this.idInMdc = false;
			restoreMdc(this.idBefore);
			this.idBefore = null;
		}
	}

	static @Nullable String putIntoMdc(String id) {
		String before = MDC.get(CORRELATION_ID);
		MDC.put(CORRELATION_ID, id);
		return before;
	}

	static void restoreMdc(@Nullable String id) {
		if (id != null) {
			MDC.put(CORRELATION_ID, id);
		}
		else {
			MDC.remove(CORRELATION_ID);
		}
	}

	/**
	 * Run a task of the handler's as one of its callbacks: inline where this is one, else
	 * when no other is under way. It comes in as an {@code onReady}, so that what
	 * interceptors put around callbacks is around it.
	 */
	void run(Runnable task) {
		if (this.runner == Thread.currentThread()) {
			if (this.guard.open()) {
				task.run();
			}
		}
		else {
			this.turns.execute(() -> visit(task));
		}
	}

	/**
	 * Call {@code onReady}.
	 */
	void tellReady(Executor executor) {
		executor.execute(() -> this.turns.execute(() -> visit(null)));
	}

	private void visit(@Nullable Runnable task) {
		ServerCall.Listener<?> listener = this.listener;
		if (listener == null || !this.guard.open()) {
			return;
		}
		this.visitor = task;
		Context previous = enter();
		try {
			listener.onReady();
			Runnable stranded = takeVisitor(); // somebody kept the event
			if (stranded != null) {
				stranded.run();
			}
		}
		catch (Throwable ex) {
			this.guard.thrown(ex);
		}
		finally {
			this.visitor = null;
			leave(previous);
		}
	}

	@Nullable Runnable takeVisitor() {
		Runnable visitor = this.visitor;
		if (visitor != null) {
			this.visitor = null;
		}
		return visitor;
	}

	/**
	 * Call {@code onCancel}.
	 */
	void cancel() {
		this.turns.execute(this::cancelHandler);
	}

	private void cancelHandler() {
		ServerCall.Listener<?> listener = this.listener;
		if (listener == null) {
			return;
		}
		Context previous = enter();
		try {
			listener.onCancel();
		}
		catch (Throwable ex) {
			CallLog.LOGGER.warn("The cancel handler of {} failed", this.guard.record().methodName(), ex);
		}
		finally {
			leave(previous);
		}
	}

}
