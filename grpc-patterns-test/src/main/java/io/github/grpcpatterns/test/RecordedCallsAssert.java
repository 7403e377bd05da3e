/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.test;

import java.util.List;
import java.util.function.Predicate;

import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on the calls of a {@link CallRecorder}. Each waits until there are as many
 * calls as it expects, five seconds at most.
 */
public final class RecordedCallsAssert extends AbstractAssert<RecordedCallsAssert, CallRecorder> {

	private final Predicate<RecordedCall> which;

	RecordedCallsAssert(CallRecorder actual, Predicate<RecordedCall> which) {
		super(actual, RecordedCallsAssert.class);
		this.which = which;
	}

	/**
	 * Assert on the calls of one method only.
	 * @param method the full name, {@code package.Service/Method}
	 * @return assertions on those calls
	 */
	public RecordedCallsAssert ofMethod(String method) {
		return new RecordedCallsAssert(this.actual, this.which.and((call) -> call.method().equals(method)));
	}

	/**
	 * Assert that one call ended.
	 * @return assertions on it
	 */
	public RecordedCallAssert single() {
		return new RecordedCallAssert(expect(1).get(0));
	}

	/**
	 * Assert on the call that ended last.
	 * @return assertions on it
	 */
	public RecordedCallAssert last() {
		List<RecordedCall> calls = this.actual.await(1, this.which);
		if (calls.isEmpty()) {
			throw failure("Expected a call to have ended, but none did");
		}
		return new RecordedCallAssert(calls.get(calls.size() - 1));
	}

	/**
	 * Assert how many calls ended.
	 * @param count the number
	 * @return this
	 */
	public RecordedCallsAssert hasSize(int count) {
		expect(count);
		return this;
	}

	/**
	 * Assert that no call ended by now. Does not wait for one.
	 * @return this
	 */
	public RecordedCallsAssert isEmpty() {
		expect(0);
		return this;
	}

	private List<RecordedCall> expect(int count) {
		isNotNull();
		List<RecordedCall> calls = this.actual.await(count, this.which);
		if (calls.size() != count) {
			throw failure("Expected %s to have ended, but %s did:%n%s", calls(count), calls.size(), calls);
		}
		return calls;
	}

	private static String calls(int count) {
		return (count == 1) ? "one call" : count + " calls";
	}

}
