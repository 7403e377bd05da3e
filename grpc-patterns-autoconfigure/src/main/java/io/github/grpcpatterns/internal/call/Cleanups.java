package io.github.grpcpatterns.internal.call;

import java.util.ArrayList;
import java.util.List;

import io.github.grpcpatterns.internal.concurrent.CallLog;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when a call is over.
 */
final class Cleanups {

	private boolean over;

	private @Nullable List<Runnable> cleanups;

	/**
	 * Run it when the call is over, or at once where it is over already.
	 */
	void add(Runnable cleanup) {
		synchronized (this) {
			if (!this.over) {
				if (this.cleanups == null) {
					this.cleanups = new ArrayList<>(2);
				}
				this.cleanups.add(cleanup);
				return;
			}
		}
		cleanup.run();
	}

	/**
	 * The call is over.
	 */
	void run(CallRecord record) {
		List<Runnable> cleanups;
		synchronized (this) {
			this.over = true;
			cleanups = this.cleanups;
			this.cleanups = null;
		}
		for (Runnable cleanup : (cleanups != null) ? cleanups : List.<Runnable>of()) {
			try {
				cleanup.run();
			}
			catch (Throwable ex) {
				CallLog.LOGGER.warn("Cannot clean up after a call of {}", record.methodName(), ex);
			}
		}
	}

}
