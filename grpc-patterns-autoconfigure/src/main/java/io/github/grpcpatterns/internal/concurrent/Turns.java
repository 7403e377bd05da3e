package io.github.grpcpatterns.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Lets one thread at a time in, without a lock: a thread that finds it free is inside,
 * and one that finds it busy leaves word, which the thread inside attends to before it
 * leaves.
 * <p>
 * {@code pending} counts the thread inside and each word left since. A thread leaves only
 * when no word came after it last looked: what a thread has prepared before it leaves
 * word is attended to before anything that this thread does next.
 */
public abstract class Turns {

	private static final VarHandle PENDING;

	static {
		try {
			PENDING = MethodHandles.lookup().findVarHandle(Turns.class, "pending", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	@SuppressWarnings("unused") // through PENDING
	private volatile int pending;

	/**
	 * Create it, with nobody inside.
	 */
	protected Turns() {
	}

	/**
	 * Enter if nobody is inside. Whoever gets {@code true} must call {@link #exit()},
	 * whatever happens inside.
	 * @return whether the caller is inside now
	 */
	public final boolean tryEnter() {
		return PENDING.compareAndSet(this, 0, 1);
	}

	/**
	 * Leave, after having attended to the words that were left meanwhile.
	 */
	public final void exit() {
		if (!PENDING.compareAndSet(this, 1, 0)) {
			attendAll();
		}
	}

	/**
	 * Leave word: attend to what there is, now if nobody is inside, else the thread
	 * inside does before it leaves.
	 */
	protected final void leaveWord() {
		if ((int) PENDING.getAndAdd(this, 1) == 0) {
			attendAll();
		}
	}

	private void attendAll() {
		int counted = this.pending;
		do {
			try {
				attend();
			}
			catch (Throwable ex) {
				CallLog.LOGGER.error("A task of a call failed", ex);
			}
			counted = (int) PENDING.getAndAdd(this, -counted) - counted;
		}
		while (counted != 0);
	}

	/**
	 * Do everything that there is to do, inside.
	 */
	protected abstract void attend();

}
