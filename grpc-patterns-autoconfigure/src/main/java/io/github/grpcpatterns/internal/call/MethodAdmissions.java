/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.call;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The policies that can decide early about the calls of one method, and which of them its
 * chain really has. A stack may leave interceptors out of a service, and an application
 * may replace them, so this is learned from the calls: a policy is taken to be there
 * until the chain ran without it.
 */
public final class MethodAdmissions {

	private final Admission<?>[] policies;

	private final AtomicReferenceArray<State> states;

	/**
	 * Create it, with everything to learn.
	 * @param policies the policies in their order
	 */
	public MethodAdmissions(Admission<?>... policies) {
		this.policies = policies;
		this.states = new AtomicReferenceArray<>(policies.length);
		for (int i = 0; i < policies.length; i++) {
			this.states.set(i, State.UNKNOWN);
		}
	}

	/**
	 * Return whether there is nothing left to learn.
	 * @return whether it is known of each policy if the chain has it
	 */
	public boolean known() {
		for (int i = 0; i < this.policies.length; i++) {
			if (this.states.get(i) == State.UNKNOWN) {
				return false;
			}
		}
		return true;
	}

	int size() {
		return this.policies.length;
	}

	Admission<?> get(int index) {
		return this.policies[index];
	}

	int indexOf(Admission<?> policy) {
		for (int i = 0; i < this.policies.length; i++) {
			if (this.policies[i] == policy) {
				return i;
			}
		}
		return -1;
	}

	boolean absent(int index) {
		return this.states.get(index) == State.ABSENT;
	}

	void present(int index) {
		if (this.states.get(index) != State.PRESENT) {
			this.states.set(index, State.PRESENT);
		}
	}

	/**
	 * The chain of a call ran without asking the policy. It may have been refused before
	 * that; then a later call, which asks, corrects this.
	 */
	void passedOver(int index) {
		this.states.compareAndSet(index, State.UNKNOWN, State.ABSENT);
	}

	private enum State {

		UNKNOWN, PRESENT, ABSENT

	}

}
